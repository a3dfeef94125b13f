import type { ClientBase, QueryResultRow } from "pg";
import { onlyRow, sqlFile, type Parameters } from "../../database/sqlFile.ts";
import type { LockReferences } from "../sourceLoading.ts";
import { requireAll } from "./requireAll.ts";

/** What a chunk's rows refer to by a whole number, as `lockKeys` calls it, with its name in errors. */
const REFERRED = {
  devices: "devices",
  stores: "stores",
  days: "days",
  runs: "runs",
  files: "files",
  card_token_keys: "card token keys",
} as const;
type Referred = keyof typeof REFERRED;

const lockKeys = sqlFile(new URL("./lockKeys.sql", import.meta.url));
const lockLabels = sqlFile(new URL("./lockLabels.sql", import.meta.url));
const findJudgedReferences = sqlFile(new URL("./judgedReferences.sql", import.meta.url));

const NO_KEYS = { devices: [], stores: [], days: [], runs: [], files: [], card_token_keys: [] };

/** Keys of rows, each once. */
export type ReferredKeys = Readonly<Partial<Record<Referred, readonly number[]>>>;

/**
 * Locks what the rows of a chunk refer to against deletion, as foreign keys would do it row by row, but as sets.
 *
 * @param of whose references they are, for the error
 * @throws when one of them is not there
 */
export async function lockReferences(client: ClientBase, keys: ReferredKeys, of: string): Promise<void> {
  const found = onlyRow(await lockKeys.run<Record<Referred, number>>(client, { ...NO_KEYS, ...keys }));
  for (const [kind, name] of Object.entries(REFERRED) as [Referred, string][])
    requireAll(`${name} of ${of}`, keys[kind]?.length ?? 0, found[kind]);
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

/** Finds what the judged transactions of a chunk refer to that are to be written, and the versions that are to be kept with them. */
export async function judgedReferences(
  client: ClientBase,
  { run_id: runId }: Parameters,
): Promise<LockReferences> {
  const found = onlyRow(await findJudgedReferences.run<JudgedReferences>(client));
  const keys = {
    devices: found.device_keys,
    stores: found.store_keys,
    days: found.date_keys,
    runs: [...new Set([Number(runId), ...found.run_ids])],
    files: found.file_ids,
    card_token_keys: found.card_key_ids,
  };
  return async (locking) => {
    const { label_digests: labels } = found;
    if (labels.length > 0) {
      const { rowCount } = await lockLabels.run(locking, { label_digests: labels });
      requireAll(`labels of ${JUDGED}`, labels.length, rowCount);
    }
    await lockReferences(locking, keys, JUDGED);
  };
}
