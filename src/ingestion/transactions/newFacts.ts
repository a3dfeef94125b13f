import { Overtaken, type NewRecords } from "../recordBatch.ts";
import { foldRollups } from "../rollups/foldRollups.ts";
import { copyFacts, isAsCopied, type CopiedFacts } from "./copiedFacts.ts";
import type { FactBatch } from "./factBatch.ts";
import type { FactOrigin } from "./factTuple.ts";
import { newFactLabels } from "./newFactLabels.ts";
import { lockReferences } from "./lockReferences.ts";
import { sumOfCents } from "./sumOfCents.ts";
import type { KnownDevices } from "./triage.ts";

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
    cents: sumOfCents(batch.cents, rows),
    highestKey: highestId,
    days: { first: dayKeys[0] ?? 0, last: dayKeys.at(-1) ?? 0 },
    prepare: labels.prepare,
    insert: async (client) => {
      const keys = { devices, labels: await labels.lock(client) };
      const referred = {
        stores: [...new Set(devices.storeKeys.filter((key) => key > 0))],
        days: dayKeys,
        runs: [origin.runId],
        files: [origin.fileId],
        card_token_keys: batch.hasCards ? [origin.cardKeyId] : [],
      };
      await lockReferences(client, referred, "new facts");
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
