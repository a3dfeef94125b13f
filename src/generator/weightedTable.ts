import type { SeededRandom } from "./random.ts";

/**
 * Draws an index with a chance in proportion to its weight, in constant time whatever the number of weights (Walker's
 * alias method as Vose builds it): one draw gives both the column and the place within it.
 */
export class WeightedTable {
  readonly #keep: Float64Array;
  readonly #alias: Uint32Array;

  /** @param weights at least one of them above zero; an index of weight zero is never drawn. */
  constructor(weights: readonly number[]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0)) throw new RangeError("weights must hold at least one above zero");
    const size = weights.length;
    this.#keep = new Float64Array(size).fill(1);
    this.#alias = Uint32Array.from({ length: size }, (_, index) => index);

    const scaled = weights.map((weight) => (weight * size) / total);
    const heaviest = weights.indexOf(weights.reduce((most, weight) => Math.max(most, weight)));
    const small: number[] = [];
    const large: number[] = [];
    scaled.forEach((weight, index) => (weight < 1 ? small : large).push(index));
    for (;;) {
      const less = small.pop();
      if (less === undefined) break;
      const more = large.pop();
      if (more === undefined) {
        // Rounding left a column short. Full columns stay whole, but a weight of zero must not become drawable.
        if (weights[less] === 0) this.#set(less, 0, heaviest);
        continue;
      }
      const kept = scaled[less] ?? 0;
      this.#set(less, kept, more);
      const rest = (scaled[more] ?? 0) + kept - 1;
      scaled[more] = rest;
      (rest < 1 ? small : large).push(more);
    }
  }

  draw(random: SeededRandom): number {
    const place = random.nextFraction() * this.#keep.length;
    const column = Math.floor(place);
    return place - column < (this.#keep[column] ?? 1) ? column : (this.#alias[column] ?? 0);
  }

  #set(column: number, keep: number, alias: number): void {
    this.#keep[column] = keep;
    this.#alias[column] = alias;
  }
}

/** Weights by Zipf's law for ranks 0 … `count` - 1: 1, 1/2^s, 1/3^s, … */
export function zipfWeights(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, rank) => 1 / (rank + 1) ** exponent);
}
