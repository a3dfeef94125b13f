import { csvRecord } from "../lib/csvText.ts";
import type { GeneratorPlan } from "./options.ts";
import { RANDOM_STREAMS, SeededRandom } from "./random.ts";
import { WeightedTable, zipfWeights } from "./weightedTable.ts";

/** All devices, by index = id - 1. */
export interface Devices {
  count: number;
  types: Uint8Array;
  storeIds: Uint32Array;
  /** How often each is drawn for a transaction. */
  popularity: WeightedTable;
}

export const DEVICES_HEADER = "id,type,store_id\n";
export const DEVICE_TYPES = 5;

/** One store in this many has no device yet. */
const STORES_PER_EMPTY_STORE = 12;
/** One device in this many has never taken a payment. */
const DEVICES_PER_IDLE_DEVICE = 60;

/**
 * Gives every device a store. Stores follow Zipf's law in sales: a busy one has more devices, and each of its devices
 * takes more. A few stores get no device, a few devices no transaction.
 */
export function inventDevices(plan: GeneratorPlan): Devices {
  const random = new SeededRandom(plan.seed, RANDOM_STREAMS.devices);
  const rankOfStore = random.permutation(plan.stores);
  const zipf = zipfWeights(plan.stores, 0.75);
  const openStores = random
    .permutation(plan.stores)
    .slice(Math.floor(plan.stores / STORES_PER_EMPTY_STORE))
    .slice(0, plan.devices);
  const storeWeight = (store: number): number => zipf[rankOfStore[store] ?? 0] ?? 0;
  // Square root: the busiest store has ten times the sales of an ordinary one, but not ten times the terminals.
  const extraDevices = new WeightedTable(openStores.map((store) => Math.sqrt(storeWeight(store))));

  // Every open store has one device; what is left goes where business is; then ids are dealt out in any order.
  const stores = Array.from({ length: plan.devices }, (_, index) => {
    return openStores[index] ?? openStores[extraDevices.draw(random)] ?? 0;
  });
  const order = random.permutation(plan.devices);
  const storeIds = Uint32Array.from(order, (index) => (stores[index] ?? 0) + 1);
  const types = Uint8Array.from(storeIds, () => 1 + random.nextBelow(DEVICE_TYPES));

  const devicesOfStore = new Uint32Array(plan.stores + 1);
  for (const storeId of storeIds) devicesOfStore[storeId] = (devicesOfStore[storeId] ?? 0) + 1;
  const idle = new Set(
    random.permutation(plan.devices).slice(0, Math.floor(plan.devices / DEVICES_PER_IDLE_DEVICE)),
  );
  const weights = Array.from(storeIds, (storeId, index) => {
    const share = storeWeight(storeId - 1) / (devicesOfStore[storeId] ?? 1);
    const unevenness = 0.5 + random.nextFraction();
    return idle.has(index) ? 0 : share * unevenness;
  });
  return { count: plan.devices, types, storeIds, popularity: new WeightedTable(weights) };
}

/** @param index the device's id - 1 */
export function deviceRecord(devices: Devices, index: number): string {
  return csvRecord([index + 1, devices.types[index] ?? 1, devices.storeIds[index] ?? 1]);
}
