import { TRANSACTION_STATUSES } from "../../sources/contracts.ts";
import { EarliestSales } from "./earliestSales.ts";
import { SignedSums } from "./signedSums.ts";

const ACCEPTED = TRANSACTION_STATUSES.indexOf("accepted");

/** Sales that are no longer accepted, no longer of their store, or no longer at their time: as they were. */
export interface RemovedSales {
  readonly storeKeys: readonly number[];
  /** One for one with `storeKeys`. */
  readonly transactionIds: readonly number[];
}

/**
 * What one transaction does to the fact, as changes of the rollups: each fact that it takes away or is about to correct
 * added with sign −1 as it was before, each that it brings or has corrected with sign +1 as it is after. In any order,
 * but each fact at most once with each sign. `foldRollups` applies them.
 */
export class RollupChanges {
  readonly stores = new SignedSums();
  readonly devices = new SignedSums();
  readonly products = new SignedSums();
  readonly days = new SignedSums();
  /** The earliest accepted sales that were added, by store. */
  readonly earliest = new EarliestSales();
  readonly #removedStoreKeys: number[] = [];
  readonly #removedTransactionIds: number[] = [];
  #isEmpty = true;

  /**
   * Adds one fact, in well under a microsecond: a load calls it for every row.
   *
   * @param dateKey day on which it happened, `yyyymmdd`
   * @param status place in `TRANSACTION_STATUSES`
   * @param cents amount in hundredths; not negative, at most 2^52
   * @param happenedAtMicros microseconds of the epoch
   */
  add(
    sign: 1 | -1,
    storeKey: number,
    deviceKey: number,
    productKey: number,
    dateKey: number,
    status: number,
    cents: number,
    transactionId: number,
    happenedAtMicros: number,
  ): void {
    this.#isEmpty = false;
    this.stores.add(sign, storeKey, status, cents);
    this.devices.add(sign, deviceKey, status, cents);
    this.products.add(sign, productKey, status, cents);
    this.days.add(sign, dateKey, status, cents);
    if (status !== ACCEPTED) return;
    if (sign === 1) this.earliest.offer(storeKey, transactionId, happenedAtMicros);
    else this.#remove(storeKey, transactionId);
  }

  /** Whether nothing was added. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Accepted sales that were taken away. */
  get removed(): RemovedSales {
    return { storeKeys: this.#removedStoreKeys, transactionIds: this.#removedTransactionIds };
  }

  #remove(storeKey: number, transactionId: number): void {
    this.#removedStoreKeys.push(storeKey);
    this.#removedTransactionIds.push(transactionId);
  }
}
