import type pg from "pg";
import { sqlFile } from "../database/sqlFile.ts";
import { withTransaction } from "../database/pool.ts";

/** Something that is kept in one place and follows from another, and does not agree with it. */
export interface Difference {
  /** Name of the check. */
  readonly check: string;
  /** What it is about, such as a file or a SKU. */
  readonly subject: string;
  /** What the facts say. */
  readonly expected: string;
  /** What is kept. */
  readonly actual: string;
}

/** A statement that gives a row a difference: subject, expected, actual. */
const CHECKS = [
  "factsOfFile",
  "ledgerOfRanges",
  "runsOfFiles",
  "rangesWithoutGaps",
  "quarantineOfFile",
  "watermarkOfFacts",
  "productNames",
  "labelsOfProducts",
  "calendarWithoutGaps",
  "keysOfFacts",
  "fieldsOfFacts",
  "daysOfStores",
  "rollupOfStores",
  "rollupOfProducts",
  "rollupOfDevices",
  "rollupOfDays",
  "firstSalesOfStores",
] as const;

const statements = CHECKS.map((name) => ({
  name,
  sql: sqlFile(new URL(`./verify/${name}.sql`, import.meta.url)),
}));

/** What `verify` found. */
export interface Verification {
  readonly checks: number;
  readonly differences: readonly Difference[];
}

/** At most so many differences a check are listed. */
const LISTED = 100;

/** Recomputes from the facts all that is kept beside them, in one snapshot. Writes nothing. */
export async function verifyWarehouse(pool: pg.Pool): Promise<Verification> {
  const client = await pool.connect();
  try {
    return await withTransaction(client, async () => {
      await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const differences: Difference[] = [];
      for (const { name, sql } of statements) {
        const { rows } = await sql.run<{ subject: string; expected: string; actual: string }>(client, {
          limit: LISTED,
        });
        differences.push(...rows.map((row) => ({ check: name, ...row })));
      }
      return { checks: statements.length, differences };
    });
  } finally {
    client.release();
  }
}
