import type pg from "pg";
import type { ClientBase, QueryResultRow } from "pg";
import {
  FIRST_SALES_NEEDED,
  FIRST_SALES_READ,
  SUM_ROLLUP_NAMES,
  SUM_ROLLUPS,
  type RollupName,
  type SumRollupName,
} from "../database/rollups.ts";
import { sqlFile, type Parameters, type SqlFile } from "../database/sqlFile.ts";
import { inSnapshotOfFacts } from "../database/snapshot.ts";
import { TillhouseError } from "../lib/errors.ts";

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
  "versionsOfDimensions",
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
  "firstSalesOfStores",
] as const;

/** How the rows of each rollup are called: a check's name, and what stands before a row's own. */
const ROLLUP_CHECKS = {
  stores: { name: "rollupOfStores", noun: "store " },
  products: { name: "rollupOfProducts", noun: "" },
  devices: { name: "rollupOfDevices", noun: "device " },
  days: { name: "rollupOfDays", noun: "day " },
} as const satisfies Record<SumRollupName, { readonly name: string; readonly noun: string }>;

/** Name of a check. */
export type VerifyCheck = (typeof CHECKS)[number] | (typeof ROLLUP_CHECKS)[SumRollupName]["name"];

interface CheckStatement {
  readonly name: VerifyCheck;
  readonly sql: SqlFile;
  readonly parameters: Parameters;
}

/** At most so many differences a check are listed. */
const LISTED = 100;
const PARAMETERS = { limit: LISTED, read: FIRST_SALES_READ, needed: FIRST_SALES_NEEDED };

const STATEMENTS: readonly CheckStatement[] = [
  ...CHECKS.map((name) => ({
    name,
    sql: sqlFile(new URL(`./verify/${name}.sql`, import.meta.url)),
    parameters: PARAMETERS,
  })),
  ...SUM_ROLLUP_NAMES.map((rollup) => ({
    name: ROLLUP_CHECKS[rollup].name,
    sql: sqlFile(new URL("./verify/rollupSums.sql", import.meta.url), { ...SUM_ROLLUPS[rollup] }),
    parameters: { ...PARAMETERS, noun: ROLLUP_CHECKS[rollup].noun, key_name: SUM_ROLLUPS[rollup].key },
  })),
];

/** The check that recomputes each rollup. */
const CHECK_OF_ROLLUP: Readonly<Record<RollupName, VerifyCheck>> = {
  stores: ROLLUP_CHECKS.stores.name,
  devices: ROLLUP_CHECKS.devices.name,
  products: ROLLUP_CHECKS.products.name,
  days: ROLLUP_CHECKS.days.name,
  firstSales: "firstSalesOfStores",
};

/** What `verify` found. */
export interface Verification {
  readonly checks: number;
  readonly differences: readonly Difference[];
}

/** Recomputes from the facts all that is kept beside them, in one snapshot. Writes nothing. */
export function verifyWarehouse(pool: pg.Pool): Promise<Verification> {
  return ofOneMoment(pool, verifySnapshot);
}

/** The same for some rollups alone. */
export function verifyRollups(pool: pg.Pool, rollups: readonly RollupName[]): Promise<Verification> {
  const checks = rollups.map((name) => CHECK_OF_ROLLUP[name]);
  return ofOneMoment(pool, async (client) => ({
    checks: checks.length,
    differences: await findDifferences(client, checks),
  }));
}

async function ofOneMoment<T>(pool: pg.Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await inSnapshotOfFacts(client, () => work(client));
  } finally {
    client.release();
  }
}

/** All of it, in a transaction of the caller's. */
export async function verifySnapshot(client: ClientBase): Promise<Verification> {
  return { checks: STATEMENTS.length, differences: await findDifferences(client) };
}

/** The differences that some checks find, or all of them; the caller's transaction is one snapshot. */
export async function findDifferences(
  client: ClientBase,
  checks?: readonly VerifyCheck[],
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const { name, sql, parameters } of STATEMENTS) {
    if (checks?.includes(name) === false) continue;
    const { rows } = await sql.run<Omit<Difference, "check"> & QueryResultRow>(client, parameters);
    for (const row of rows) differences.push({ check: name, ...row });
  }
  return differences;
}

/** What a run fails by that found differences; undefined where there are none. */
export function failureOf({ differences }: Verification): TillhouseError | undefined {
  if (differences.length === 0) return undefined;
  return new TillhouseError(
    "verification_failed",
    `${differences.length} values that are kept do not agree with the facts. See them: npm run verify`,
    { differences: differences.length },
  );
}
