import type { ClientBase, QueryResultRow } from "pg";
import { onlyRow, sqlFile, type Parameters } from "../../database/sqlFile.ts";
import { requireAll } from "./requireAll.ts";

const lockKeys = (table: string, key: string) =>
  sqlFile(new URL("./lockKeys.sql", import.meta.url), { table, key });
const LOCKS = {
  devices: lockKeys("ingestion_layer.dim_devices", "device_key"),
  stores: lockKeys("ingestion_layer.dim_stores", "store_key"),
  days: lockKeys("ingestion_layer.dim_time", "date_key"),
  runs: lockKeys("operations.runs", "run_id"),
  files: lockKeys("operations.source_files", "file_id"),
  cardTokenKeys: lockKeys("operations.card_token_keys", "card_key_id"),
} as const;
const NAMES: Readonly<Record<keyof typeof LOCKS, string>> = {
  devices: "devices",
  stores: "stores",
  days: "days",
  runs: "runs",
  files: "files",
  cardTokenKeys: "card token keys",
};
const lockLabels = sqlFile(new URL("./lockLabels.sql", import.meta.url));
const judgedReferences = sqlFile(new URL("./judgedReferences.sql", import.meta.url));

/** Keys of rows, each once. */
export type ReferredKeys = Readonly<Partial<Record<keyof typeof LOCKS, readonly number[]>>>;

/**
 * Locks what the rows of a chunk refer to against deletion, as foreign keys would do it row by row, but as sets.
 *
 * @param of whose references they are, for the error
 * @throws when one of them is not there
 */
export async function lockReferences(client: ClientBase, keys: ReferredKeys, of: string): Promise<void> {
  for (const kind of Object.keys(LOCKS) as (keyof typeof LOCKS)[]) {
    const wanted = keys[kind] ?? [];
    if (wanted.length === 0) continue;
    const { rowCount } = await LOCKS[kind].run(client, { keys: wanted });
    requireAll(`${NAMES[kind]} of ${of}`, wanted.length, rowCount);
  }
}

interface JudgedReferences extends QueryResultRow {
  readonly device_keys: readonly number[];
  readonly store_keys: readonly number[];
  readonly date_keys: readonly number[];
  readonly run_ids: readonly number[];
  readonly file_ids: readonly number[];
  readonly card_key_ids: readonly number[];
  readonly label_digests: readonly string[];
}

const JUDGED = "judged records";

/** The same of the judged transactions of a chunk that are to be written, and of the versions that are to be kept with them. */
export async function lockJudgedReferences(client: ClientBase, { run_id: runId }: Parameters): Promise<void> {
  const found = onlyRow(await judgedReferences.run<JudgedReferences>(client));
  const labels = found.label_digests;
  if (labels.length > 0) {
    const { rowCount } = await lockLabels.run(client, { label_digests: labels });
    requireAll(`labels of ${JUDGED}`, labels.length, rowCount);
  }
  const keys = {
    devices: found.device_keys,
    stores: found.store_keys,
    days: found.date_keys,
    runs: [...new Set([Number(runId), ...found.run_ids])],
    files: found.file_ids,
    cardTokenKeys: found.card_key_ids,
  };
  await lockReferences(client, keys, JUDGED);
}
