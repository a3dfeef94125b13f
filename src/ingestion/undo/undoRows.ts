import type { ClientBase } from "pg";
import { KEYS_NOT_KEPT } from "../../database/distribution/whichTables.ts";
import { onlyRow, sqlFile } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { NOTED_TABLES, notedName, type NotedTable } from "./notedTables.ts";

const columnsOf = sqlFile(new URL("./columnsOf.sql", import.meta.url));
const referencesTo = sqlFile(new URL("./referencesTo.sql", import.meta.url));
const PUT_BACK = new URL("./putBackRows.sql", import.meta.url);
const STILL_REFERRED = new URL("./stillReferred.sql", import.meta.url);

const of = (alias: string, columns: readonly string[]): string[] =>
  columns.map((column) => `${alias}.${column}`);

const STATEMENTS = NOTED_TABLES.map((noted) => ({
  noted,
  remove: sqlFile(new URL("./removeRows.sql", import.meta.url), {
    table: noted.table,
    kept_key: of("kept", noted.key),
    noted_key: of("noted", noted.key),
  }),
}));

/**
 * Puts every row that was noted of a run back to what it was, in the caller's transaction: those that it changed or removed
 * come back, those that it added go.
 *
 * @returns how many came back, and how many went
 * @throws TillhouseError `undo_not_possible` when something that the run did not write refers to what it added
 */
export async function undoRows(
  client: ClientBase,
  runId: number,
): Promise<{ readonly restored: number; readonly removed: number }> {
  let restored = 0;
  let removed = 0;
  const remove = async ({ noted, remove: sql }: (typeof STATEMENTS)[number], evenChanged: boolean) => {
    const { rowCount } = await sql.run(client, {
      run_id: runId,
      table_name: notedName(noted),
      even_changed: evenChanged,
    });
    removed += rowCount ?? 0;
  };
  for (const statements of STATEMENTS) {
    if (statements.noted.added === "rewritten") await remove(statements, true);
    restored += await putBack(client, statements.noted, runId);
  }
  for (const statements of [...STATEMENTS].reverse())
    if (statements.noted.added === "removed") await remove(statements, false);
  for (const { noted } of STATEMENTS)
    if (noted.added === "removed") await requireUnreferred(client, noted, runId);
  return { restored, removed };
}

/** The columns are asked of the catalogue: a table may have got some since, and has them in an order of its own. */
async function putBack(client: ClientBase, noted: NotedTable, runId: number): Promise<number> {
  const { table, key } = noted;
  const { rows } = await columnsOf.run<{ name: string }>(client, { table });
  const columns = rows.map(({ name }) => name);
  const sql = sqlFile(PUT_BACK, {
    ...{ table, key, columns },
    former_columns: of("former", columns),
    excluded_columns: of("excluded", columns),
    present_key: of("present", key),
    noted_key: of("noted", key),
  });
  const { rowCount } = await sql.run(client, { run_id: runId, table_name: notedName(noted) });
  return rowCount ?? 0;
}

/** Foreign keys may not have been checked row by row: a fact has no index by what it refers to. */
async function requireUnreferred(client: ClientBase, noted: NotedTable, runId: number): Promise<void> {
  const { rows } = await referencesTo.run<{ child: string; child_column: string; parent_column: string }>(
    client,
    { table: noted.table },
  );
  // Those that a cluster does not keep, or that were left away on the way there.
  const notKept = KEYS_NOT_KEPT.filter(
    ({ parent, child, child_column: column }) =>
      parent === noted.table && !rows.some((key) => key.child === child && key.child_column === column),
  );
  for (const { child, child_column: column, parent_column: parentColumn } of [...rows, ...notKept]) {
    const sql = sqlFile(STILL_REFERRED, { child, child_column: column });
    const values = { run_id: runId, table_name: notedName(noted), parent_column: parentColumn };
    if (!onlyRow(await sql.run<{ found: boolean }>(client, values)).found) continue;
    throw new TillhouseError(
      "undo_not_possible",
      `Run ${runId} cannot be taken back: rows of ${child} that it did not write refer by ${column} to rows that it added to ${noted.table}. Nothing is changed. Look for what was changed by hand: npm run verify`,
      { run_id: runId, child, column },
    );
  }
}
