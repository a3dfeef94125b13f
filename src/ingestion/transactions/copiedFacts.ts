import type { ClientBase } from "pg";
import { RollupChanges } from "../rollups/rollupChanges.ts";
import { sendCopy } from "../sendCopy.ts";
import type { FactBatch } from "./factBatch.ts";
import { COPY_HEADER, COPY_TRAILER, FACT_COLUMNS } from "./factTuple.ts";
import { checksKeysAsSets, withKeysCheckedAsSets } from "./keysAsSets.ts";
import { findLabels, usedLabels, type LabelKeys } from "./newFactLabels.ts";
import { requireAll } from "./requireAll.ts";
import { devicesAsTheyStand, readIdBounds, rowsOfKnownDevices, type KnownDevices } from "./triage.ts";

const COPY_FACTS = `COPY ingestion_layer.fct_transactions (${FACT_COLUMNS}) FROM STDIN (FORMAT binary)`;

/** The keys of what facts refer to. */
export interface FactKeys {
  readonly devices: KnownDevices;
  readonly labels: LabelKeys;
}

/** Facts that are in the table, uncommitted: the keys that they were given, and what they change in the rollups. */
export interface CopiedFacts {
  readonly rows: Int32Array;
  readonly keys: FactKeys;
  readonly changes: RollupChanges;
}

/** Puts the keys into the tuples, and COPYs them. */
export async function copyFacts(
  client: ClientBase,
  batch: FactBatch,
  rows: Int32Array,
  keys: FactKeys,
): Promise<CopiedFacts> {
  const changes = fillHeads(batch, rows, keys);
  await withKeysCheckedAsSets(client, async () => {
    requireAll(
      "rows of new facts",
      rows.length,
      await sendCopy(client, COPY_FACTS, binaryCopy(batch.tuplesOf(rows))),
    );
  });
  return { rows, keys, changes };
}

/**
 * Copies a chunk's new facts before its turn, while chunks before it are still being committed: the longest part of a
 * commit, side by side. No row is locked. In its turn the chunk is looked at again under locks, and what does not come out
 * the same is undone. All ids are above every known one, so none of these facts is another's correction.
 *
 * @param above no chunk before this one has a higher id
 * @returns null, with nothing done, where a chunk before it may have a say: ids that are not all higher than theirs and
 *   than any known one, or labels that nobody has noted yet; and where keys are checked row by row, since that locks rows,
 *   asks for days that are noted in the turn, and may be for the sake of a user's triggers, which may wait for each other
 */
export async function copyAhead(
  client: ClientBase,
  batch: FactBatch,
  above: number,
): Promise<CopiedFacts | null> {
  if (batch.rows === 0 || !batch.isAscending || batch.lowestId <= above) return null;
  const { watermark, highest_rejected } = await readIdBounds(client);
  if (batch.lowestId <= Math.max(Number(watermark), Number(highest_rejected))) return null;
  const devices = await devicesAsTheyStand(client, batch);
  const rows = rowsOfKnownDevices(batch, devices);
  const labels = await findLabels(client, usedLabels(batch, rows), batch.registry.labels.length);
  if (rows.length === 0 || labels === null || !(await checksKeysAsSets(client))) return null;
  return copyFacts(client, batch, rows, { devices, labels });
}

/** Whether facts would be copied now as they were. */
export function isAsCopied({ rows, keys }: CopiedFacts, rowsNow: Int32Array, keysNow: FactKeys): boolean {
  return sameNumbers(rows, rowsNow) && areSameKeys(keys, keysNow);
}

export function areSameKeys({ devices, labels }: FactKeys, now: FactKeys): boolean {
  return (
    sameNumbers(devices.deviceKeys, now.devices.deviceKeys) &&
    sameNumbers(devices.storeKeys, now.devices.storeKeys) &&
    sameNumbers(labels.labelKeys, now.labels.labelKeys) &&
    sameNumbers(labels.productKeys, now.labels.productKeys)
  );
}

function sameNumbers(left: Int32Array, right: Int32Array): boolean {
  return left.length === right.length && left.every((value, place) => value === right[place]);
}

function fillHeads(batch: FactBatch, rows: Int32Array, { devices, labels }: FactKeys): RollupChanges {
  const { deviceKeys, storeKeys } = devices;
  const { labelKeys, productKeys } = labels;
  const changes = new RollupChanges();
  for (const row of rows) {
    const device = batch.devices[row] ?? 0;
    const label = batch.labels[row] ?? 0;
    const storeKey = storeKeys[device] ?? 0;
    const deviceKey = deviceKeys[device] ?? 0;
    const productKey = productKeys[label] ?? 0;
    const labelKey = labelKeys[label] ?? 0;
    if (storeKey === 0 || deviceKey === 0 || productKey === 0 || labelKey === 0)
      throw new Error("a new fact lacks one of its keys; rolled back");
    batch.writeFactHead(row, storeKey, deviceKey, productKey, labelKey);
    changes.add(
      1,
      storeKey,
      deviceKey,
      productKey,
      batch.happenedDays[row] ?? 0,
      batch.statuses[row] ?? 0,
      batch.cents[row] ?? 0,
      batch.transactionIds[row] ?? 0,
      batch.happenedAt[row] ?? 0,
    );
  }
  return changes;
}

/** A whole binary COPY of tuples. */
export function* binaryCopy(tuples: Iterable<Buffer>): Generator<Buffer> {
  yield COPY_HEADER;
  yield* tuples;
  yield COPY_TRAILER;
}
