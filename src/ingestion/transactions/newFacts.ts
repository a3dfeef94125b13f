import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { Overtaken, type NewRecords } from "../recordBatch.ts";
import { foldRollups } from "../rollups/foldRollups.ts";
import { copyFacts, isAsCopied, type CopiedFacts } from "./copiedFacts.ts";
import type { FactBatch } from "./factBatch.ts";
import type { FactOrigin } from "./factTuple.ts";
import { newFactLabels } from "./newFactLabels.ts";
import { requireAll } from "./requireAll.ts";
import type { KnownDevices } from "./triage.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const lockStores = sql("lockStores");
const lockDays = sql("lockDays");
const lockOrigin = sql("lockOrigin");

/** Which rows of a batch are new facts; their devices are known and locked. */
export interface FreshRows {
  readonly rows: Int32Array;
  readonly devices: KnownDevices;
}

/**
 * New facts, on the short way: COPYed into the fact as they are. Every row that they refer to is found and locked
 * before the commit, as foreign keys would do it row by row, but as sets; one that is missing fails the chunk. That none of the ids
 * is there is the caller's finding, and the primary key's last word.
 *
 * @param ahead what was copied of them before their chunk's turn; `insert` throws `Overtaken` where it no longer holds
 */
export function newFacts(
  batch: FactBatch,
  { rows, devices }: FreshRows,
  origin: FactOrigin,
  ahead: CopiedFacts | null,
): NewRecords {
  const { highestIds, days, highestId } = referencesOf(batch, rows);
  const labels = newFactLabels(batch.registry.labels, highestIds);
  const dayKeys = [...days].sort((a, b) => a - b);
  return {
    records: rows.length,
    highestKey: highestId,
    days: { first: dayKeys[0] ?? 0, last: dayKeys.at(-1) ?? 0 },
    prepare: labels.prepare,
    insert: async (client) => {
      const keys = { devices, labels: await labels.lock(client) };
      await lockReferences(client, devices, dayKeys, origin, batch.hasCards);
      if (ahead !== null && !isAsCopied(ahead, rows, keys))
        throw new Overtaken("what new facts refer to has changed since they were copied");
      const { changes } = ahead ?? (await copyFacts(client, batch, rows, keys));
      await foldRollups(client, changes);
    },
  };
}

/** The highest transaction id under each label, 0 for labels that no row has; and the days of the rows. */
function referencesOf(
  batch: FactBatch,
  rows: Int32Array,
): { highestIds: Float64Array; days: ReadonlySet<number>; highestId: number } {
  const highestIds = new Float64Array(batch.registry.labels.length);
  const days = new Set<number>();
  let lastDay = 0;
  let highestId = 0;
  for (const row of rows) {
    const id = batch.transactionIds[row] ?? 0;
    const label = batch.labels[row] ?? 0;
    if (id > (highestIds[label] ?? 0)) highestIds[label] = id;
    if (id > highestId) highestId = id;
    const happened = batch.happenedDays[row] ?? 0;
    const created = batch.createdDays[row] ?? 0;
    // Neighbours are mostly of one day.
    if (happened === lastDay && created === lastDay) continue;
    lastDay = happened === created ? happened : 0;
    days.add(happened);
    days.add(created);
  }
  return { highestIds, days, highestId };
}

async function lockReferences(
  client: ClientBase,
  { storeKeys }: KnownDevices,
  dayKeys: readonly number[],
  origin: FactOrigin,
  hasCards: boolean,
): Promise<void> {
  const stores = [...new Set(storeKeys.filter((key) => key > 0))];
  const locked = await lockStores.run(client, { store_keys: stores });
  requireAll("stores", stores.length, locked.rowCount);
  const days = await lockDays.run(client, { date_keys: dayKeys });
  requireAll("days", dayKeys.length, days.rowCount);
  const { rows } = await lockOrigin.run<{ has_run: boolean; has_file: boolean; has_card_key: boolean }>(
    client,
    {
      run_id: origin.runId,
      file_id: origin.fileId,
      card_key_id: origin.cardKeyId,
    },
  );
  const [found] = rows;
  if (found?.has_run !== true || !found.has_file || (hasCards && !found.has_card_key))
    throw new Error("the run, the file or the card token key of new facts is gone; rolled back");
}
