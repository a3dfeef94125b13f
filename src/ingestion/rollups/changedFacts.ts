import { TRANSACTION_STATUSES, type TransactionStatus } from "../../sources/contracts.ts";
import type { RollupChanges } from "./rollupChanges.ts";

/** A fact as it is read to be taken from the rollups, or added to them. */
export interface ChangedFact {
  readonly store_key: number;
  readonly device_key: number;
  readonly product_key: number;
  readonly happened_date_key: number;
  readonly status: TransactionStatus;
  readonly cents: string;
  readonly transaction_id: string;
  readonly happened_at_micros: string;
}

/** Adds facts to changes of the rollups: with sign −1 as they were before a write, with +1 as they are after it. */
export function addChangedFacts(changes: RollupChanges, sign: 1 | -1, facts: readonly ChangedFact[]): void {
  for (const fact of facts) {
    changes.add(
      sign,
      fact.store_key,
      fact.device_key,
      fact.product_key,
      fact.happened_date_key,
      TRANSACTION_STATUSES.indexOf(fact.status),
      Number(fact.cents),
      Number(fact.transaction_id),
      Number(fact.happened_at_micros),
    );
  }
}
