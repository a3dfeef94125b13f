import { EXIT_CODES } from "../lib/errors.ts";
import { verifyWarehouse, type Verification } from "../quality/verifyWarehouse.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

/** `verify`: exit code 1 and a table on any difference. */
export async function verifyCommand(options: { readonly json?: boolean }): Promise<void> {
  await withDatabase(commandContext(), async (database) => {
    const verification = await verifyWarehouse(database.pool);
    const { checks, differences } = verification;
    if (differences.length > 0) process.exitCode = EXIT_CODES.failed;
    if (options.json === true) {
      printJson({ status: differences.length === 0 ? "verified" : "different", checks, differences });
    } else {
      printVerification(verification);
    }
  });
}

export function printVerification({ checks, differences }: Verification): void {
  if (differences.length === 0) {
    print(`All ${checks} checks agree with the facts.`);
    return;
  }
  printTable(
    ["check", "subject", "expected", "kept"],
    differences.map(({ check, subject, expected, actual }) => [check, subject, expected, actual]),
  );
}
