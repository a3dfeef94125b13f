import { TRANSACTION_STATUSES } from "../../sources/contracts.ts";
import type { Label } from "../../sources/labels.ts";
import type { RecordValue } from "../../sources/recordChecks.ts";

/** What checks may look at of a transaction, however it was read. */
export interface CheckedTransaction {
  readonly transactionId: number;
  readonly deviceId: number;
  readonly label: Label | null;
  /** Hundredths. */
  readonly cents: number;
  /** Place in `TRANSACTION_STATUSES`. */
  readonly status: number;
  /** Microseconds of the epoch. */
  readonly createdAt: number;
  /** Microseconds of the epoch. */
  readonly happenedAt: number;
}

/** How checks read the columns of the contract; those of cards are not among them. */
export const CHECKED_VALUES: Readonly<Record<string, (transaction: CheckedTransaction) => RecordValue>> = {
  id: ({ transactionId }) => transactionId,
  device_id: ({ deviceId }) => deviceId,
  product_name: ({ label }) => label?.productName ?? "",
  product_sku: ({ label }) => label?.productSku ?? "",
  category_name: ({ label }) => label?.categoryName ?? "",
  amount: ({ cents }) => cents,
  status: ({ status }) => TRANSACTION_STATUSES[status] ?? "",
  created_at: ({ createdAt }) => createdAt,
  happened_at: ({ happenedAt }) => happenedAt,
};
