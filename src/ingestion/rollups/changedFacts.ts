import { TRANSACTION_STATUSES } from "../../sources/contracts.ts";
import { arrayValues } from "./arrayText.ts";
import type { RollupChanges } from "./rollupChanges.ts";

/**
 * Facts as they are read to be taken from the rollups, or added to them: a column each as the text of a PostgreSQL array, all of
 * the same length; null where there are none. `pg` would make a row of objects of each fact, which takes longer than the query.
 */
export interface ChangedFacts {
  readonly store_keys: string | null;
  readonly device_keys: string | null;
  readonly product_keys: string | null;
  readonly happened_date_keys: string | null;
  readonly statuses: string | null;
  /** With two digits after the point. */
  readonly amounts: string | null;
  readonly transaction_ids: string | null;
  /** NULL of those that are not accepted; absent where facts are only taken away: nobody asks for these. */
  readonly happened_at_micros?: string | null;
}

/** Adds facts to changes of the rollups: with sign −1 as they were before a write, with +1 as they are after it. */
export function addChangedFacts(changes: RollupChanges, sign: 1 | -1, facts: ChangedFacts): void {
  const storeKeys = arrayValues(facts.store_keys);
  const deviceKeys = arrayValues(facts.device_keys);
  const productKeys = arrayValues(facts.product_keys);
  const dateKeys = arrayValues(facts.happened_date_keys);
  const statuses = arrayValues(facts.statuses);
  const cents = arrayValues(facts.amounts?.replaceAll(".", "") ?? null);
  const transactionIds = arrayValues(facts.transaction_ids);
  const happenedAt = arrayValues(facts.happened_at_micros ?? null);
  for (const column of [deviceKeys, productKeys, dateKeys, statuses, cents, transactionIds])
    if (column.length !== storeKeys.length) throw new Error("columns of changed facts do not line up");
  for (let place = 0; place < storeKeys.length; place += 1) {
    changes.add(
      sign,
      Number(storeKeys[place]),
      Number(deviceKeys[place]),
      Number(productKeys[place]),
      Number(dateKeys[place]),
      STATUSES.indexOf(statuses[place] ?? ""),
      Number(cents[place]),
      Number(transactionIds[place]),
      Number(happenedAt[place]),
    );
  }
}

const STATUSES: readonly string[] = TRANSACTION_STATUSES;
