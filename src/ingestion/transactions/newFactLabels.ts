import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import type { Label } from "../../sources/labels.ts";
import { requireAll } from "./requireAll.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const noteNewLabels = sql("noteNewLabels");
const lockLabels = sql("lockLabels");

/** Labels as the columns that `stageLabels` and `noteNewLabels` take. */
export function labelColumns(labels: readonly Label[]) {
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

/** The labels of a chunk's new facts. */
export interface NewFactLabels {
  /** Locks the known ones, and notes what the star must be told of: unknown labels, and the newest name of each SKU. */
  readonly prepare: (client: ClientBase) => Promise<void>;
  /** Locks the ones that were unknown, which are there by now, and gives all keys. */
  readonly lock: (client: ClientBase) => Promise<LabelKeys>;
}

/**
 * @param registry all labels met
 * @param highestIds by place in the registry: the highest transaction id under the label, 0 where no new fact has it
 */
export function newFactLabels(registry: readonly Label[], highestIds: Float64Array): NewFactLabels {
  const used = registry.filter(({ index }) => (highestIds[index] ?? 0) > 0);
  const keys = { labelKeys: new Int32Array(registry.length), productKeys: new Int32Array(registry.length) };
  let unknown: readonly Label[] = used;

  const lockKnown = async (client: ClientBase): Promise<void> => {
    if (unknown.length === 0) return;
    const placeOf = new Map(unknown.map(({ digest, index }) => [digest, index]));
    const { rows } = await lockLabels.run<{ label_digest: string; label_key: number; product_key: number }>(
      client,
      { label_digests: unknown.map(({ digest }) => digest) },
    );
    for (const { label_digest, label_key, product_key } of rows) {
      const index = placeOf.get(label_digest) ?? -1;
      keys.labelKeys[index] = label_key;
      keys.productKeys[index] = product_key;
    }
    unknown = unknown.filter(({ index }) => keys.labelKeys[index] === 0);
  };
  return {
    prepare: async (client) => {
      await lockKnown(client);
      const noted = [...new Set([...unknown, ...newestOfSkus(used, highestIds)])];
      await noteNewLabels.run(client, {
        ...labelColumns(noted),
        highest_transaction_ids: noted.map(({ index }) => highestIds[index] ?? 0),
      });
    },
    lock: async (client) => {
      await lockKnown(client);
      requireAll("labels", used.length, used.length - unknown.length);
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
