import { FIRST_SALES_LISTED } from "../../database/rollups.ts";

const FIRST_STORES = 64;

/** A sale's place among the sales of its store: by time, then by id. */
export interface SalePlace {
  /** Microseconds of the epoch. */
  readonly happenedAtMicros: number;
  readonly transactionId: number;
}

/** Of the sales that it is offered, the earliest ten of each store. Offering one allocates nothing. */
export class EarliestSales {
  readonly #slots = new Map<number, number>();
  #counts = new Uint8Array(FIRST_STORES);
  #times = new Float64Array(FIRST_STORES * FIRST_SALES_LISTED);
  #ids = new Float64Array(FIRST_STORES * FIRST_SALES_LISTED);

  offer(storeKey: number, transactionId: number, happenedAtMicros: number): void {
    const slot = this.#slots.get(storeKey) ?? this.#newSlot(storeKey);
    const first = slot * FIRST_SALES_LISTED;
    const count = this.#counts[slot] ?? 0;
    const isFull = count === FIRST_SALES_LISTED;
    if (isFull && !this.#isLater(first + count - 1, transactionId, happenedAtMicros)) return;
    // From the end, whatever is later moves up by one; in a full row the last falls off.
    let at = first + (isFull ? count - 1 : count);
    while (at > first && this.#isLater(at - 1, transactionId, happenedAtMicros)) {
      this.#times[at] = this.#times[at - 1] ?? 0;
      this.#ids[at] = this.#ids[at - 1] ?? 0;
      at -= 1;
    }
    this.#times[at] = happenedAtMicros;
    this.#ids[at] = transactionId;
    if (!isFull) this.#counts[slot] = count + 1;
  }

  /** Stores that were offered a sale. */
  storeKeys(): number[] {
    return [...this.#slots.keys()];
  }

  /** A store's earliest sales in their order, up to and including a place; all that are kept without one. */
  ofStore(storeKey: number, last?: SalePlace): SalePlace[] {
    const slot = this.#slots.get(storeKey);
    if (slot === undefined) return [];
    const first = slot * FIRST_SALES_LISTED;
    const end = first + (this.#counts[slot] ?? 0);
    const sales: SalePlace[] = [];
    for (let at = first; at < end; at += 1) {
      if (last !== undefined && this.#isLater(at, last.transactionId, last.happenedAtMicros)) break;
      sales.push({ happenedAtMicros: this.#times[at] ?? 0, transactionId: this.#ids[at] ?? 0 });
    }
    return sales;
  }

  #isLater(at: number, transactionId: number, happenedAtMicros: number): boolean {
    const time = this.#times[at] ?? 0;
    return time > happenedAtMicros || (time === happenedAtMicros && (this.#ids[at] ?? 0) > transactionId);
  }

  #newSlot(storeKey: number): number {
    const slot = this.#slots.size;
    this.#slots.set(storeKey, slot);
    if (slot >= this.#counts.length) {
      const counts = new Uint8Array(2 * slot);
      counts.set(this.#counts);
      this.#counts = counts;
      this.#times = doubled(this.#times);
      this.#ids = doubled(this.#ids);
    }
    return slot;
  }
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(2 * values.length);
  grown.set(values);
  return grown;
}
