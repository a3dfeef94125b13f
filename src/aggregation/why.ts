import type pg from "pg";
import type { QueryResultRow } from "pg";
import { inOneSnapshot } from "../database/snapshot.ts";
import { sqlFile } from "../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./why/${name}.sql`, import.meta.url));
const versionsOf = sql("versions");
const asWasOf = sql("asWas");
const quarantinedOf = sql("quarantined");

/** A version of a transaction, with where it came from and when it was believed. */
export interface TransactionVersion {
  readonly is_current: boolean;
  readonly status: string;
  /** Exact, two decimals. */
  readonly amount: string;
  readonly happened_at: Date;
  readonly created_at: Date;
  readonly device_id: number;
  readonly store_id: number;
  readonly product_sku: string;
  readonly product_name: string;
  readonly category_name: string;
  readonly path: string;
  /** Physical line, from 1. */
  readonly source_line: number;
  /** When its file said so. */
  readonly stated_at: Date;
  readonly run_id: number;
  /** Null for a version that was never current. */
  readonly believed_from: Date | null;
  /** Null for the current version, and for one that was never current. */
  readonly believed_to: Date | null;
}

/** Device and store of a transaction as they were when it happened. */
export interface TransactionAsWas {
  readonly device_id: number;
  readonly device_type: number;
  readonly store_id: number;
  readonly store_name: string;
  readonly address: string;
  readonly city: string;
  readonly country: string;
  readonly typology: string;
}

/** A record of a transaction that was rejected, or had to wait. */
export interface QuarantinedVersion {
  readonly reason: string;
  readonly column: string | null;
  readonly state: string;
  readonly path: string;
  readonly source_line: number;
  readonly run_id: number;
  readonly resolved_run_id: number | null;
}

/** All that is known of a transaction. */
export interface Explanation {
  readonly transactionId: number;
  /** The current one first; empty where the transaction is not loaded. */
  readonly versions: readonly TransactionVersion[];
  /** Null where the transaction is not loaded. */
  readonly asWas: TransactionAsWas | null;
  /** The latest first. */
  readonly quarantined: readonly QuarantinedVersion[];
}

/** Where a transaction came from: each version it ever had, what its device and store were then, and what was rejected of it. */
export async function explain(pool: pg.Pool, transactionId: number): Promise<Explanation> {
  const parameters = { transaction_id: transactionId };
  // In one snapshot: a record that is loaded meanwhile would be told twice, or not at all.
  const { versions, asWas, quarantined } = await inOneSnapshot(pool, async (client) => {
    return {
      versions: await versionsOf.run<TransactionVersion & QueryResultRow>(client, parameters),
      asWas: await asWasOf.run<TransactionAsWas & QueryResultRow>(client, parameters),
      quarantined: await quarantinedOf.run<QuarantinedVersion & QueryResultRow>(client, parameters),
    };
  });
  return {
    transactionId,
    versions: versions.rows.map((row) => ({
      ...row,
      ...numbersOf(row, "device_id", "store_id", "source_line"),
    })),
    asWas: asWas.rows.map((row) => ({ ...row, ...numbersOf(row, "device_id", "store_id") }))[0] ?? null,
    quarantined: quarantined.rows.map((row) => ({ ...row, ...numbersOf(row, "source_line") })),
  };
}

/** PostgreSQL sends whole numbers of 64 bits as text; ids and lines are far below 2^53. */
function numbersOf<Key extends string>(
  row: Record<Key, unknown>,
  ...keys: readonly Key[]
): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, Number(row[key])])) as Record<Key, number>;
}
