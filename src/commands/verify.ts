import { EXIT_CODES } from "../lib/errors.ts";
import { verifyFiles } from "../quality/verifyFiles.ts";
import { verifyWarehouse, type Verification } from "../quality/verifyWarehouse.ts";
import { ledgerKey } from "../runs/ledgerKey.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export interface VerifyCommandOptions {
  readonly json?: boolean;
  /** Hash the files again as well. */
  readonly files?: boolean;
}

/** `verify`: exit code 1 and a table on any difference. */
export async function verifyCommand(options: VerifyCommandOptions): Promise<void> {
  const context = commandContext();
  await withDatabase(context, "verify", async (database) => {
    const { checks, differences } = await verifyWarehouse(database.pool);
    const files =
      options.files === true
        ? await verifyFiles(database.pool, await ledgerKey(context.config), context.config.dataDir)
        : undefined;
    const all = [...differences, ...(files?.differences ?? [])];
    if (all.length > 0) process.exitCode = EXIT_CODES.failed;
    if (options.json === true) {
      const status = all.length === 0 ? "verified" : "different";
      printJson({ status, checks, ...(files !== undefined && { files: files.files }), differences: all });
    } else {
      await printVerification({ checks, differences: all });
      if (files?.differences.length === 0) print(`All ${files.files} files hold what was loaded of them.`);
    }
  });
}

export async function printVerification({ checks, differences }: Verification): Promise<void> {
  if (differences.length === 0) {
    print(`All ${checks} checks agree with the facts.`);
    return;
  }
  await printTable(
    ["check", "subject", "expected", "kept"],
    differences.map(({ check, subject, expected, actual }) => [check, subject, expected, actual]),
  );
}
