import type { ClientBase, QueryResultRow } from "pg";
import { sqlFile, type SqlFile } from "../../database/sqlFile.ts";
import { arrayText } from "../rollups/arrayText.ts";
import type { FactBatch } from "./factBatch.ts";
import { idsKnown } from "./known/knownIds.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const lockDevices = sql("lockDevices");
const idBounds = sql("idBounds");
const rejectedIds = sql("rejectedIds");

/** Keys of a batch's devices, by their places in it; 0 for one that is not known. */
export interface KnownDevices {
  readonly deviceKeys: Int32Array;
  readonly storeKeys: Int32Array;
}

/** A batch's rows in two heaps. */
export interface Triage {
  /** New facts for sure. */
  readonly fresh: Int32Array;
  /** To be staged and judged. */
  readonly others: Int32Array;
  readonly devices: KnownDevices;
}

/**
 * Tells the transactions that can only be new from the others. New ones have an id that stands once in the chunk and
 * not in the fact, that no rejected record of an earlier run waits for, and a device that is known: what becomes of such
 * a record hangs on no other record, so it needs no judging. The devices are locked against deletion.
 *
 * Most chunks have rising ids above the watermark, and are told so by one look. The watermark is read under the run's
 * fence, so nobody raises it meanwhile.
 */
export async function triage(client: ClientBase, batch: FactBatch, runId: number): Promise<Triage> {
  const devices = await knownDevices(client, batch, lockDevices);
  const judged = new Set(batch.isAscending ? [] : repeatedIds(batch));
  const bounds = await readIdBounds(client);
  const ids = batch.transactionIds.subarray(0, batch.rows);
  const known = within(ids, "1", bounds.watermark);
  const rejected = within(ids, bounds.lowest_rejected, bounds.highest_rejected);
  const areKnown = await seemKnown(client, known);
  for (const id of areKnown ? known : []) judged.add(id);
  for (const id of await findToJudge(client, areKnown ? [] : known, rejected, runId)) judged.add(id);
  return { ...sorted(batch, devices, judged), devices };
}

/** Whether `triage` will have all rows of the batch judged, as it looks now; their ids, and all of them, are told by a sample. */
export async function areAllToJudge(client: ClientBase, batch: FactBatch): Promise<boolean> {
  const { watermark } = await readIdBounds(client);
  const known = within(batch.transactionIds.subarray(0, batch.rows), "1", watermark);
  return known.length === batch.rows && seemKnown(client, known);
}

/** Of ids that could be known, those that are; and of those that could be rejected, those that are open. */
async function findToJudge(
  client: ClientBase,
  perhapsKnown: readonly number[],
  perhapsRejected: readonly number[],
  runId: number,
): Promise<readonly number[]> {
  const known = perhapsKnown.length === 0 ? [] : await idsKnown(client, arrayText(perhapsKnown));
  if (perhapsRejected.length === 0) return known.map(Number);
  const rejected = await rejectedIds.run<{ transaction_id: string }>(client, {
    ...{ ids: arrayText(perhapsRejected), run_id: runId },
  });
  return [...known, ...rejected.rows.map((row) => row.transaction_id)].map(Number);
}

/**
 * A chunk of corrections, or of what is loaded already, is told by so many ids out of it: whoever judges looks for each all
 * the same, and that one is new after all costs nothing but its judgement.
 */
const SAMPLE = 200;

async function seemKnown(client: ClientBase, ids: readonly number[]): Promise<boolean> {
  if (ids.length <= 2 * SAMPLE) return false;
  return (await findToJudge(client, sampleOf(ids), [], 0)).length === SAMPLE;
}

function sampleOf(ids: readonly number[]): readonly number[] {
  const every = Math.floor(ids.length / SAMPLE);
  return Array.from({ length: SAMPLE }, (_, index) => ids[index * every] ?? 0);
}

/** Null where there is none. */
export interface IdBounds {
  readonly watermark: string | null;
  readonly lowest_rejected: string | null;
  readonly highest_rejected: string | null;
}

/** Of the ids that are known: loaded ones, and those of records that were rejected. */
export async function readIdBounds(client: ClientBase): Promise<IdBounds> {
  const { rows } = await idBounds.run<IdBounds & QueryResultRow>(client);
  return rows[0] ?? { watermark: null, lowest_rejected: null, highest_rejected: null };
}

/** The ids in a range; none where it has no bounds. */
function within(ids: Float64Array, lowest: string | null, highest: string | null): readonly number[] {
  const from = Number(lowest ?? Infinity);
  const to = Number(highest ?? 0);
  const found: number[] = [];
  for (const id of ids) if (id >= from && id <= to) found.push(id);
  return found;
}

function sorted(
  batch: FactBatch,
  { deviceKeys }: KnownDevices,
  judged: ReadonlySet<number>,
): Pick<Triage, "fresh" | "others"> {
  const fresh = new Int32Array(batch.rows);
  const others = new Int32Array(batch.rows);
  let freshRows = 0;
  let otherRows = 0;
  const judgesNone = judged.size === 0;
  for (let row = 0; row < batch.rows; row += 1) {
    const isKnown = (deviceKeys[batch.devices[row] ?? 0] ?? 0) > 0;
    if (isKnown && (judgesNone || !judged.has(batch.transactionIds[row] ?? 0))) {
      fresh[freshRows] = row;
      freshRows += 1;
    } else {
      others[otherRows] = row;
      otherRows += 1;
    }
  }
  return { fresh: fresh.subarray(0, freshRows), others: others.subarray(0, otherRows) };
}

/** The rows whose device is known, in their order. */
export function rowsOfKnownDevices(batch: FactBatch, devices: KnownDevices): Int32Array {
  return sorted(batch, devices, new Set()).fresh;
}

const findDevices = sql("findDevices");

/** The devices of a batch as they stand; nothing is locked. */
export function devicesAsTheyStand(client: ClientBase, batch: FactBatch): Promise<KnownDevices> {
  return knownDevices(client, batch, findDevices);
}

/** @param statement finds the devices of `device_ids`, or locks them as well */
async function knownDevices(
  client: ClientBase,
  { deviceIds }: FactBatch,
  statement: SqlFile,
): Promise<KnownDevices> {
  const { rows } = await statement.run<{ device_id: string; device_key: number; store_key: number }>(client, {
    device_ids: deviceIds,
  });
  const known = new Map(rows.map((row) => [Number(row.device_id), row]));
  const keys = (pick: (row: { device_key: number; store_key: number }) => number): Int32Array =>
    Int32Array.from(deviceIds, (id) => {
      const row = known.get(id);
      return row === undefined ? 0 : pick(row);
    });
  return { deviceKeys: keys((row) => row.device_key), storeKeys: keys((row) => row.store_key) };
}

function repeatedIds({ transactionIds, rows }: FactBatch): number[] {
  const sorted = transactionIds.slice(0, rows).sort();
  return Array.from(sorted.filter((id, place) => id === sorted[place + 1]));
}
