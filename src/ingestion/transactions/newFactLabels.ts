import type { ClientBase, QueryResultRow } from "pg";
import { sqlFile, type SqlFile } from "../../database/sqlFile.ts";
import type { Label } from "../../sources/labels.ts";
import type { AppliedLabel } from "../recordBatch.ts";
import type { FactBatch } from "./factBatch.ts";
import { requireAll } from "./requireAll.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const lockLabels = sql("lockLabels");
const findLabelsSql = sql("findLabels");

/** Labels as the columns that statements take. */
export function labelColumns(labels: readonly Omit<AppliedLabel, "highestId">[]) {
  return {
    label_digests: labels.map(({ digest }) => digest),
    product_skus: labels.map(({ productSku }) => productSku),
    product_names: labels.map(({ productName }) => productName),
    category_names: labels.map(({ categoryName }) => categoryName),
  };
}

/** Keys by the label's place in the registry; 0 for labels that no new fact has. */
export interface LabelKeys {
  readonly labelKeys: Int32Array;
  readonly productKeys: Int32Array;
}

interface LabelRow {
  readonly label_digest: string;
  readonly label_key: number;
  readonly product_key: number;
}

/** Labels that some rows of a batch have, each once. */
export function usedLabels({ registry, labels }: FactBatch, rows: Int32Array): readonly Label[] {
  const isUsed = new Uint8Array(registry.labels.length);
  for (const row of rows) isUsed[labels[row] ?? 0] = 1;
  return registry.labels.filter(({ index }) => isUsed[index] === 1);
}

/**
 * The keys of labels as they stand.
 *
 * @param size labels of the registry
 * @param options `lock`: they are locked against deletion as well
 * @returns null when one of them is not known
 */
export async function findLabels(
  client: ClientBase,
  used: readonly Label[],
  size: number,
  { lock = false } = {},
): Promise<LabelKeys | null> {
  const keys = noKeys(size);
  const unknown = await fillKeys(client, lock ? lockLabels : findLabelsSql, used, keys);
  return unknown.length === 0 ? keys : null;
}

const noKeys = (size: number): LabelKeys => ({
  labelKeys: new Int32Array(size),
  productKeys: new Int32Array(size),
});

/** Fills in the keys of labels; gives back those that have none. */
async function fillKeys(
  client: ClientBase,
  statement: SqlFile,
  labels: readonly Label[],
  { labelKeys, productKeys }: LabelKeys,
): Promise<readonly Label[]> {
  if (labels.length === 0) return labels;
  const placeOf = new Map(labels.map(({ digest, index }) => [digest, index]));
  const digests = labels.map(({ digest }) => digest);
  const { rows } = await statement.run<LabelRow & QueryResultRow>(client, { label_digests: digests });
  for (const { label_digest, label_key, product_key } of rows) {
    const index = placeOf.get(label_digest) ?? -1;
    labelKeys[index] = label_key;
    productKeys[index] = product_key;
  }
  return labels.filter(({ index }) => labelKeys[index] === 0);
}

/** The labels of a chunk's new facts. */
export interface NewFactLabels {
  /** Locks the known ones, and gives what the star must be told of: unknown labels, and the newest name of each SKU. */
  readonly prepare: (client: ClientBase) => Promise<readonly AppliedLabel[]>;
  /** Locks the ones that were unknown, which are there by now, and gives all keys. */
  readonly lock: (client: ClientBase) => Promise<LabelKeys>;
}

/**
 * @param registry all labels met
 * @param highestIds by place in the registry: the highest transaction id under the label, 0 where no new fact has it
 */
export function newFactLabels(registry: readonly Label[], highestIds: Float64Array): NewFactLabels {
  const used = registry.filter(({ index }) => (highestIds[index] ?? 0) > 0);
  const keys = noKeys(registry.length);
  let unknown: readonly Label[] = used;

  const lockKnown = async (client: ClientBase): Promise<void> => {
    unknown = await fillKeys(client, lockLabels, unknown, keys);
  };
  return {
    prepare: async (client) => {
      await lockKnown(client);
      const noted = [...new Set([...unknown, ...newestOfSkus(used, highestIds)])];
      return noted.map((label) => ({ ...label, highestId: highestIds[label.index] ?? 0 }));
    },
    lock: async (client) => {
      await lockKnown(client);
      requireAll("labels of new facts", used.length, used.length - unknown.length);
      return keys;
    },
  };
}

/** Of each SKU the label with its highest transaction id. */
function newestOfSkus(labels: readonly Label[], highestIds: Float64Array): Iterable<Label> {
  const newest = new Map<string, Label>();
  for (const label of labels) {
    const other = newest.get(label.productSku);
    if (other === undefined || (highestIds[label.index] ?? 0) > (highestIds[other.index] ?? 0))
      newest.set(label.productSku, label);
  }
  return newest.values();
}
