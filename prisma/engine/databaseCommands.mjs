// @ts-check
/** `cli can-connect-to-database | create-database | drop-database`, which the CLI runs around the engine's own work. */
import pg from "pg";
import { databaseName, databaseUrl, runOnce } from "./connection.mjs";
import { EngineError } from "./engineError.mjs";

/** Where one can stand to create or drop a database; the second is for servers that have no `postgres`. */
const MAINTENANCE_DATABASES = ["postgres", "template1"];

/**
 * Ends with exit code 0, or 1 and the reason on stderr.
 *
 * @param {string} command
 * @param {import("./connection.mjs").Datasource} datasource
 */
export async function runDatabaseCommand(command, { url }) {
  try {
    if (command === "can-connect-to-database") await runOnce(url, "SELECT 1");
    else if (command === "create-database") await runElsewhere(url, "CREATE DATABASE");
    else if (command === "drop-database") await runElsewhere(url, "DROP DATABASE");
    else throw new EngineError(undefined, `The schema engine has no command ${command}.`);
  } catch (error) {
    const { message, code } = /** @type {EngineError} */ (error);
    const fields = { message, ...(code && { error_code: code }), is_panic: false };
    // The CLI throws the first line away unread, and takes every other one for JSON.
    process.stderr.write(`\n${JSON.stringify({ level: "ERROR", target: "schema_engine::logger", fields })}`);
    process.exitCode = 1;
  }
}

/**
 * @param {string | undefined} url
 * @param {"CREATE DATABASE" | "DROP DATABASE"} verb
 */
async function runElsewhere(url, verb) {
  const sql = `${verb} ${pg.escapeIdentifier(databaseName(url))}`;
  for (const [index, database] of MAINTENANCE_DATABASES.entries()) {
    try {
      await runOnce(databaseUrl(url, database), sql);
      return;
    } catch (error) {
      const { code } = /** @type {EngineError} */ (error);
      // Another process was faster.
      if (verb === "CREATE DATABASE" && code === "P1009") return;
      if (code !== "P1003" || index === MAINTENANCE_DATABASES.length - 1) throw error;
    }
  }
}
