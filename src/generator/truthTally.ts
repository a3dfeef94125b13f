import type { Devices } from "./devices.ts";
import { FirstFive } from "./firstFive.ts";
import type { ProductCatalogue } from "./products.ts";
import { SKUS } from "./productWords.ts";
import { STATUSES, type TransactionDraft } from "./transactions.ts";

/** Sales and their sum. Sums stay exact: 100 M rows of 1,000 units are 10^13 cents, far below 2^53. */
export interface Tally {
  transactions: number;
  cents: number;
}

const emptyTally = (): Tally => ({ transactions: 0, cents: 0 });

function count(tally: Tally | undefined, cents: number): void {
  if (tally === undefined) return;
  tally.transactions++;
  tally.cents += cents;
}

/**
 * Collects what the answers need while records are written: memory grows with stores and products, never with rows.
 * Only valid transactions are added, each once: no repeats, no orphans.
 */
export class TruthTally {
  readonly byStatus: Record<(typeof STATUSES)[number], Tally> = {
    accepted: emptyTally(),
    refused: emptyTally(),
    cancelled: emptyTally(),
  };
  /** Accepted sales by store id - 1, by index into `SKUS`, and by device type - 1. */
  readonly byStore: readonly Tally[];
  readonly byProduct: readonly Tally[] = SKUS.map(emptyTally);
  readonly byDeviceType: readonly Tally[];
  readonly firstFive: FirstFive;
  readonly #devices: Devices;
  readonly #catalogue: ProductCatalogue;
  readonly #newestId = new Float64Array(SKUS.length);
  readonly #newestLabel = new Int32Array(SKUS.length).fill(-1);

  constructor(stores: number, deviceTypes: number, devices: Devices, catalogue: ProductCatalogue) {
    this.byStore = Array.from({ length: stores }, emptyTally);
    this.byDeviceType = Array.from({ length: deviceTypes }, emptyTally);
    this.firstFive = new FirstFive(stores);
    this.#devices = devices;
    this.#catalogue = catalogue;
  }

  add(draft: TransactionDraft): void {
    const { id, amountCents } = draft;
    const product = this.#catalogue.labels[draft.label]?.product ?? 0;
    // The name shown for a SKU is that of its highest transaction id, whatever became of that payment.
    if (id > (this.#newestId[product] ?? 0)) {
      this.#newestId[product] = id;
      this.#newestLabel[product] = draft.label;
    }
    const status = STATUSES[draft.status] ?? "refused";
    count(this.byStatus[status], amountCents);
    if (status !== "accepted") return;
    const device = draft.deviceId - 1;
    const store = (this.#devices.storeIds[device] ?? 1) - 1;
    count(this.byStore[store], amountCents);
    count(this.byProduct[product], amountCents);
    count(this.byDeviceType[(this.#devices.types[device] ?? 1) - 1], amountCents);
    this.firstFive.add(store, draft.happenedAt, id);
  }

  /** @param product index into `SKUS` */
  nameOf(product: number): string {
    return this.#catalogue.labels[this.#newestLabel[product] ?? -1]?.name ?? "";
  }
}
