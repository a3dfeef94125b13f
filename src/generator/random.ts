/** Streams keep draws for different subjects apart, so that one more draw for stores moves no transaction. */
export const RANDOM_STREAMS = {
  stores: 1,
  devices: 2,
  products: 3,
  transactions: 4,
  repeats: 5,
  plan: 6,
} as const;
export type RandomStream = (typeof RANDOM_STREAMS)[keyof typeof RANDOM_STREAMS];

const TWO_POW_32 = 4_294_967_296;

/** A bijection of 32-bit words whose every input bit moves every output bit (Wellons' `lowbias32`). */
function mix32(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/**
 * Numbers that only depend on (seed, stream, position): an sfc32 generator restarted at each position. So any
 * transaction can be drawn again, alone and in any order, and nothing written needs to be kept to repeat it.
 */
export class SeededRandom {
  readonly #seedLow: number;
  readonly #seedHigh: number;
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 0;

  /** @param seed a whole number from 0 to 2^53 - 1; all 53 bits count. */
  constructor(seed: number, stream: RandomStream) {
    this.#seedLow = mix32((seed >>> 0) + Math.imul(stream, 0x9e3779b9));
    this.#seedHigh = mix32((Math.floor(seed / TWO_POW_32) ^ mix32(stream)) + 0x243f6a88);
    this.restartAt(0);
  }

  /** Goes to a position. Two positions below 2^32 never share a state, because `mix32` is a bijection. */
  restartAt(position: number): void {
    this.#a = mix32(position ^ this.#seedLow);
    this.#b = mix32(position + this.#seedHigh);
    this.#c = mix32(this.#a ^ this.#seedHigh);
    this.#counter = 1;
    for (let warmUp = 0; warmUp < 4; warmUp++) this.nextWord();
  }

  /** The next 32 bits, as a number from 0 to 2^32 - 1. */
  nextWord(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to, not including, 1. */
  nextFraction(): number {
    return this.nextWord() / TWO_POW_32;
  }

  /** A whole number from 0 to `limit` - 1. */
  nextBelow(limit: number): number {
    return Math.floor((this.nextWord() / TWO_POW_32) * limit);
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const chosen = list[this.nextBelow(list.length)];
    if (chosen === undefined) throw new RangeError("nothing to pick from: the list is empty");
    return chosen;
  }

  /** The whole numbers 0 … `length` - 1 in a random order. */
  permutation(length: number): number[] {
    const order = Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = this.nextBelow(last + 1);
      [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
    }
    return order;
  }
}
