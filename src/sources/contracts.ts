import { SOURCES, type SourceName } from "../config/sourceNames.ts";

export { SOURCES, type SourceName };

/**
 * What a column holds. `discarded` columns are never looked at: a card verification code must not be kept after
 * authorization in any form (PCI DSS 4.0.1, 3.3.1).
 */
export type ColumnType =
  "id" | "whole_number" | "sku" | "text" | "amount" | "status" | "timestamp" | "card_number" | "discarded";

export interface ColumnContract {
  /** Name in the header, lower case with underscores. */
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a file without the column is refused. */
  readonly required: boolean;
}

/** What a source promises: columns with their types, one natural key, one grain. */
export interface Contract {
  readonly source: SourceName;
  /** Files whose name begins so, in any case, are of this source. */
  readonly fileNamePrefix: string;
  /** What one record is. */
  readonly grain: string;
  /** Column that tells records apart. */
  readonly naturalKey: string;
  readonly columns: readonly ColumnContract[];
}

const required = (name: string, type: ColumnType): ColumnContract => ({ name, type, required: true });
const optional = (name: string, type: ColumnType): ColumnContract => ({ name, type, required: false });

export const CONTRACTS: Readonly<Record<SourceName, Contract>> = {
  stores: {
    source: "stores",
    fileNamePrefix: "store",
    grain: "one store with its attributes at the time of the export",
    naturalKey: "id",
    columns: [
      required("id", "id"),
      required("name", "text"),
      required("address", "text"),
      required("city", "text"),
      required("country", "text"),
      required("created_at", "timestamp"),
      required("typology", "text"),
      required("customer_id", "id"),
    ],
  },
  devices: {
    source: "devices",
    fileNamePrefix: "device",
    grain: "one payment device with its store at the time of the export",
    naturalKey: "id",
    columns: [required("id", "id"), required("type", "whole_number"), required("store_id", "id")],
  },
  transactions: {
    source: "transactions",
    fileNamePrefix: "transaction",
    grain: "one payment attempt",
    naturalKey: "id",
    columns: [
      required("id", "id"),
      required("device_id", "id"),
      required("product_name", "text"),
      required("product_sku", "sku"),
      required("category_name", "text"),
      required("amount", "amount"),
      required("status", "status"),
      optional("card_number", "card_number"),
      optional("cvv", "discarded"),
      required("created_at", "timestamp"),
      required("happened_at", "timestamp"),
    ],
  },
};

/** Names of the columns of all contracts. */
export const COLUMN_NAMES: ReadonlySet<string> = new Set(
  SOURCES.flatMap((source) => CONTRACTS[source].columns.map(({ name }) => name)),
);

export const TRANSACTION_STATUSES = ["accepted", "refused", "cancelled"] as const;
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];
