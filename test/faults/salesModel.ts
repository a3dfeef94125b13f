import type { TransactionFields } from "../fixtures/sourceText.ts";

/** Statuses in the order in which figures are given. */
const STATUSES = ["accepted", "refused", "cancelled"] as const;

/** A sale as a file states it. */
export interface Sale {
  readonly id: number;
  readonly device: number;
  readonly sku: string;
  readonly cents: number;
  readonly status: (typeof STATUSES)[number];
  readonly happenedAt: Date;
}

/** Where a device stands, and what it is. */
export interface Place {
  readonly store: number;
  readonly type: number;
}

/** Number and cents of sales, by status in the order of STATUSES: six figures. */
type Figures = number[];

/** Everything that a reader may see at one moment. */
export interface State {
  readonly facts: Figures;
  /** Of view and key, as `store_performance 7`. */
  readonly figures: Readonly<Record<string, Figures>>;
  /** First and fifth sale by store, as epoch milliseconds. */
  readonly firstAndFifth: Readonly<Record<string, readonly [number, number]>>;
  readonly ledger: Ledger;
}

interface Ledger {
  readonly loaded: number;
  readonly corrected: number;
  readonly rejected: number;
  readonly resolved: number;
  readonly waiting: number;
  readonly watermark: number;
}

/** What the warehouse must say after each commit, worked out from what was put into files, by other means than SQL. */
export class SalesModel {
  readonly #sales = new Map<number, Sale>();
  readonly #places = new Map<number, Place>();
  #waiting: Sale[] = [];
  #ledger: Ledger = { loaded: 0, corrected: 0, rejected: 0, resolved: 0, waiting: 0, watermark: 0 };

  /** Stores that were loaded in one chunk. */
  storesCommit(stores: number): State {
    this.#count({ loaded: this.#ledger.loaded + stores });
    return this.state();
  }

  /** Devices that were loaded in one chunk. */
  devicesCommit(devices: ReadonlyMap<number, Place>): State {
    for (const [id, place] of devices) this.#places.set(id, place);
    this.#count({ loaded: this.#ledger.loaded + devices.size });
    return this.state();
  }

  /** What waited for devices that have come; undefined when nothing did. */
  waitingCommit(): State | undefined {
    const arrived = this.#waiting.filter(({ device }) => this.#places.has(device));
    if (arrived.length === 0) return undefined;
    this.#waiting = this.#waiting.filter((sale) => !arrived.includes(sale));
    for (const sale of arrived) this.#sales.set(sale.id, sale);
    this.#count({ resolved: this.#ledger.resolved + arrived.length }, arrived);
    return this.state();
  }

  /** Sales of one chunk. One with a known id is a later line of its file. */
  salesCommit(sales: readonly Sale[]): State {
    const known = sales.filter(({ device }) => this.#places.has(device));
    const corrected = known.filter(({ id }) => this.#sales.has(id)).length;
    this.#waiting.push(...sales.filter((sale) => !known.includes(sale)));
    for (const sale of known) this.#sales.set(sale.id, sale);
    const { ledger } = { ledger: this.#ledger };
    this.#count(
      {
        loaded: ledger.loaded + known.length - corrected,
        corrected: ledger.corrected + corrected,
        rejected: ledger.rejected + sales.length - known.length,
      },
      known,
    );
    return this.state();
  }

  state(): State {
    const facts: Figures = noFigures();
    const figures: Record<string, Figures> = {};
    const accepted = new Map<number, Sale[]>();
    for (const sale of this.#sales.values()) {
      const { store, type } = this.#placeOf(sale);
      addTo(facts, sale);
      for (const key of [
        `store_performance ${store}`,
        `product_performance ${sale.sku}`,
        `device_type_performance ${type}`,
        `daily_sales ${sale.happenedAt.toISOString().slice(0, 10)}`,
      ])
        addTo((figures[key] ??= noFigures()), sale);
      if (sale.status === "accepted") accepted.set(store, [...(accepted.get(store) ?? []), sale]);
    }
    const firstAndFifth: Record<string, readonly [number, number]> = {};
    for (const [store, sales] of accepted) {
      const times = sales.map(({ happenedAt }) => happenedAt.getTime()).sort((a, b) => a - b);
      const [first, fifth] = [times[0], times[4]];
      if (first !== undefined && fifth !== undefined) firstAndFifth[String(store)] = [first, fifth];
    }
    return { facts, figures, firstAndFifth, ledger: this.#ledger };
  }

  #placeOf({ device }: Sale): Place {
    const place = this.#places.get(device);
    if (place === undefined) throw new Error(`device ${device} has not come`);
    return place;
  }

  #count(changed: Partial<Ledger>, applied: readonly Sale[] = []): void {
    const watermark = Math.max(this.#ledger.watermark, ...applied.map(({ id }) => id));
    this.#ledger = { ...this.#ledger, ...changed, waiting: this.#waiting.length, watermark };
  }
}

const noFigures = (): Figures => STATUSES.flatMap(() => [0, 0]);

function addTo(figures: Figures, { status, cents }: Sale): void {
  const at = 2 * STATUSES.indexOf(status);
  figures[at] = (figures[at] ?? 0) + 1;
  figures[at + 1] = (figures[at + 1] ?? 0) + cents;
}

/** As the file has it. */
export function fieldsOf({ id, device, sku, cents, status, happenedAt }: Sale): TransactionFields {
  const at = happenedAt.toISOString();
  return {
    ...{ id, device_id: device, product_sku: sku, product_name: sku, status },
    amount: (cents / 100).toFixed(2),
    ...{ happened_at: at, created_at: at },
  };
}
