import type { Database } from "../database/openDatabase.ts";
import { EXIT_CODES } from "../lib/errors.ts";
import { verifyWarehouse } from "../quality/verifyWarehouse.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

/** `verify`: exit code 1 and a table on any difference. */
export async function verifyCommand(options: { readonly json?: boolean }): Promise<void> {
  await withDatabase(commandContext(), (database) => verifyAndReport(database, options.json === true));
}

export async function verifyAndReport(database: Database, asJson: boolean): Promise<void> {
  const { checks, differences } = await verifyWarehouse(database.pool);
  if (differences.length > 0) process.exitCode = EXIT_CODES.failed;
  if (asJson) {
    printJson({ status: differences.length === 0 ? "verified" : "different", checks, differences });
    return;
  }
  if (differences.length === 0) {
    print(`All ${checks} checks agree with the facts.`);
    return;
  }
  printTable(
    ["check", "subject", "expected", "kept"],
    differences.map(({ check, subject, expected, actual }) => [check, subject, expected, actual]),
  );
}
