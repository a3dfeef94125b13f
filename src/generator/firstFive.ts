const KEPT = 5;

/** For each store its five earliest sales (by time, ties by id), kept in order as sales come in any order. */
export class FirstFive {
  readonly #times: Float64Array;
  readonly #ids: Float64Array;
  readonly #counts: Uint8Array;

  /** @param stores stores have the indexes 0 … `stores` - 1 */
  constructor(stores: number) {
    this.#times = new Float64Array(stores * KEPT);
    this.#ids = new Float64Array(stores * KEPT);
    this.#counts = new Uint8Array(stores);
  }

  add(store: number, time: number, id: number): void {
    const base = store * KEPT;
    const count = this.#counts[store] ?? 0;
    let place = base + count;
    while (place > base && this.#isBefore(time, id, place - 1)) place--;
    if (place === base + KEPT) return;
    // Everything from `place` moves up by one; the fifth of five falls out.
    const end = base + Math.min(count, KEPT - 1);
    this.#times.copyWithin(place + 1, place, end);
    this.#ids.copyWithin(place + 1, place, end);
    this.#times[place] = time;
    this.#ids[place] = id;
    if (count < KEPT) this.#counts[store] = count + 1;
  }

  /** When a store's first and fifth sale happened; undefined for a store with fewer than five. */
  find(store: number): { first: number; fifth: number } | undefined {
    if (this.#counts[store] !== KEPT) return undefined;
    const base = store * KEPT;
    return { first: this.#times[base] ?? 0, fifth: this.#times[base + KEPT - 1] ?? 0 };
  }

  #isBefore(time: number, id: number, place: number): boolean {
    const other = this.#times[place] ?? 0;
    return time < other || (time === other && id < (this.#ids[place] ?? 0));
  }
}
