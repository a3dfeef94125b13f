import { TillhouseError } from "../lib/errors.ts";

/**
 * Shares of the N transactions, each from 0 to 1. `late` moves that part of the N to the end of the file, behind higher
 * ids. The others add records to the N: exact `repeated` copies of an earlier record, `broken` records that must be
 * rejected, and `orphan` records whose device is unknown.
 */
export interface DefectShares {
  late: number;
  repeated: number;
  broken: number;
  orphan: number;
}

export interface GenerateOptions {
  /** Transactions that can be loaded: always exactly this many, whatever the shares. 1 to 100,000,000. */
  rows: number;
  /** A whole number from 0 to 2^53 - 1. */
  seed: number;
  /** Made if it does not exist; files of the same names in it are replaced. */
  outDir: string;
  /** Default: the square root of `rows`, but from 100 to 5,000. */
  stores?: number | undefined;
  /** Default: twice the stores. */
  devices?: number | undefined;
  /** Default: none of them. */
  shares?: Partial<DefectShares> | undefined;
  /** Write `truth.json` beside the files: counts, sums and the right answers. Default: false. */
  truth?: boolean | undefined;
}

/** What is left when defaults are filled in. Numbers are counts of records. */
export interface GeneratorPlan {
  rows: number;
  seed: number;
  stores: number;
  devices: number;
  /** Distinct merchants that own stores, at most. */
  customers: number;
  late: number;
  repeated: number;
  broken: number;
  orphans: number;
}

const MAX_ROWS = 100_000_000;
const MAX_STORES = 1_000_000;
const MAX_DEVICES = 5_000_000;

/**
 * Fills in defaults: 100 stores, 200 devices and 40 merchants up to 10,000 rows, growing with the square root of the
 * rows from there (1 M rows: 1,000 stores; 25 M and more: 5,000).
 *
 * @throws TillhouseError `usage_invalid` for a number that is not whole or out of range.
 */
export function planGeneration(options: Omit<GenerateOptions, "outDir" | "truth">): GeneratorPlan {
  const rows = wholeNumber("rows", options.rows, 1, MAX_ROWS);
  const seed = wholeNumber("seed", options.seed, 0, Number.MAX_SAFE_INTEGER);
  const defaultStores = Math.min(5_000, Math.max(100, Math.round(Math.sqrt(rows))));
  const stores = wholeNumber("stores", options.stores ?? defaultStores, 1, MAX_STORES);
  const devices = wholeNumber("devices", options.devices ?? stores * 2, 1, MAX_DEVICES);
  const count = (name: keyof DefectShares): number =>
    Math.round(rows * share(name, options.shares?.[name] ?? 0));
  return {
    rows,
    seed,
    stores,
    devices,
    customers: Math.max(1, Math.round(stores * 0.4)),
    late: count("late"),
    repeated: count("repeated"),
    broken: count("broken"),
    orphans: count("orphan"),
  };
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TillhouseError(
    "usage_invalid",
    `${name} is ${value}: give a whole number from ${least} to ${most}.`,
    { option: name, value, least, most },
  );
}

function share(name: keyof DefectShares, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new TillhouseError(
    "usage_invalid",
    `The share of ${name} records is ${value}: give a number from 0 to 1.`,
    {
      option: name,
      value,
    },
  );
}
