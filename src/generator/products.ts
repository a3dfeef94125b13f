import { csvField } from "../lib/csvText.ts";
import type { GeneratorPlan } from "./options.ts";
import { CATEGORIES, PRODUCTS, SKUS } from "./productWords.ts";
import { RANDOM_STREAMS, SeededRandom } from "./random.ts";
import { WeightedTable, zipfWeights } from "./weightedTable.ts";

/** A name and a category that a SKU is sold under. */
export interface ProductLabel {
  /** Index into `SKUS`. */
  product: number;
  name: string;
  /** `product_name,product_sku,category_name` as bytes of a record. */
  bytes: Uint8Array;
  /** About what it costs, in whole units. */
  price: number;
}

export interface ProductCatalogue {
  labels: readonly ProductLabel[];
  popularity: WeightedTable;
}

/**
 * Labels of a SKU under a category where the name does not belong: tills are filled in by hand. With the 60 names in their
 * own categories that makes 72 labels a SKU and 1,440 in all, a bounded set however many rows there are. (In real files
 * a SKU has 58–86 names.)
 */
const MISFILED_LABELS_PER_SKU = 12;

/** Deals labels to SKUs. A few SKUs sell most, and of each a few labels; names and categories span SKUs. */
export function inventProducts(plan: GeneratorPlan): ProductCatalogue {
  const random = new SeededRandom(plan.seed, RANDOM_STREAMS.products);
  const encoder = new TextEncoder();
  const labels: ProductLabel[] = [];
  const weights: number[] = [];
  const skuWeights = zipfWeights(SKUS.length, 0.6);
  const labelWeights = zipfWeights(PRODUCTS.length + MISFILED_LABELS_PER_SKU, 0.7);
  random.permutation(SKUS.length).forEach((product, rank) => {
    const sku = SKUS[product] ?? "";
    const filed = random.permutation(PRODUCTS.length).flatMap((index) => PRODUCTS[index] ?? []);
    const misfiled = filed.slice(-MISFILED_LABELS_PER_SKU).map((sold) => {
      const others = CATEGORIES.filter((category) => category !== sold.category);
      return { ...sold, category: random.pick(others) };
    });
    [...filed, ...misfiled].forEach(({ name, category, price }, labelRank) => {
      const text = [name, sku, category].map(csvField).join(",");
      labels.push({ product, name, bytes: encoder.encode(text), price });
      weights.push((skuWeights[rank] ?? 0) * (labelWeights[labelRank] ?? 0));
    });
  });
  return { labels, popularity: new WeightedTable(weights) };
}
