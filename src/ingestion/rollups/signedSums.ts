import { arrayText } from "./arrayText.ts";

/** What a key has of one status: a count, then cents. */
const PAIR = 2;
/** A pair for each of `TRANSACTION_STATUSES`, in its order. */
const COLUMNS = 3 * PAIR;
const FIRST_KEYS = 64;
/** Far enough below 2^53 that one more row's cents keep a sum exact. */
const MOST = 2 ** 52;

/** Changes of the sums by one key, as columns: PostgreSQL arrays as text, rows in ascending order of the key. */
export interface SummedChanges {
  readonly keys: string;
  readonly accepted_transactions: string;
  readonly accepted_cents: string;
  readonly refused_transactions: string;
  readonly refused_cents: string;
  readonly cancelled_transactions: string;
  readonly cancelled_cents: string;
}

/**
 * Signed counts and cents by an integer key and by status. Exact however much is added: a sum that a number could no
 * longer hold is moved to a bigint. Adding allocates nothing a row.
 */
export class SignedSums {
  readonly #slots = new Map<number, number>();
  #sums = new Float64Array(FIRST_KEYS * COLUMNS);
  /** What was moved out of `#sums`, by its place there. */
  readonly #moved = new Map<number, bigint>();

  /** @throws RangeError for cents above 2^52, a thousand times what an amount can be */
  add(sign: 1 | -1, key: number, status: number, cents: number): void {
    const slot = this.#slots.get(key) ?? this.#newSlot(key);
    const at = slot * COLUMNS + status * PAIR;
    const sums = this.#sums;
    sums[at] = (sums[at] ?? 0) + sign;
    const sum = (sums[at + 1] ?? 0) + sign * cents;
    if (sum <= MOST && sum >= -MOST) sums[at + 1] = sum;
    else this.#move(at + 1, sum, cents);
  }

  /** What came of it; keys whose changes cancel each other out are left out. */
  changes(): SummedChanges {
    const changed = [...this.#slots]
      .filter(([, slot]) => this.#hasChanged(slot * COLUMNS))
      .sort(([left], [right]) => left - right);
    const column = (place: number): string =>
      arrayText(changed.map(([, slot]) => this.#sumAt(slot * COLUMNS + place)));
    return {
      keys: arrayText(changed.map(([key]) => key)),
      accepted_transactions: column(0),
      accepted_cents: column(1),
      refused_transactions: column(2),
      refused_cents: column(3),
      cancelled_transactions: column(4),
      cancelled_cents: column(5),
    };
  }

  #newSlot(key: number): number {
    const slot = this.#slots.size;
    this.#slots.set(key, slot);
    if ((slot + 1) * COLUMNS > this.#sums.length) {
      const grown = new Float64Array(2 * this.#sums.length);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    return slot;
  }

  #move(at: number, sum: number, cents: number): void {
    if (!(cents <= MOST)) throw new RangeError(`${cents} cents are more than can be summed exactly`);
    this.#moved.set(at, (this.#moved.get(at) ?? 0n) + BigInt(sum));
    this.#sums[at] = 0;
  }

  #sumAt(at: number): number | bigint {
    const sum = this.#sums[at] ?? 0;
    const moved = this.#moved.size === 0 ? undefined : this.#moved.get(at);
    return moved === undefined ? sum : moved + BigInt(sum);
  }

  #hasChanged(start: number): boolean {
    for (let at = start; at < start + COLUMNS; at += 1) {
      const sum = this.#sumAt(at);
      if (sum !== 0 && sum !== 0n) return true;
    }
    return false;
  }
}
