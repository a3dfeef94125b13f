import { Command, CommanderError, InvalidArgumentError } from "commander";
import { SIDE_NAMES, type SideName } from "./sides/side.ts";

/** What the bench was asked to measure. */
export interface BenchOptions {
  readonly rows: number;
  readonly runs: number;
  readonly sides: readonly SideName[];
  /** Rows that Tillhouse and the peers (dbt, dlt) are compared on: they would take very long over more. */
  readonly peerRows: number;
  /** Undefined: Tillhouse's own default. */
  readonly workers: number | undefined;
  readonly growth: boolean;
  /** Facts that are there before new ones come. */
  readonly history: readonly number[];
  readonly json: boolean;
}

const MOST_PEER_ROWS = 100_000;

const wholeNumber = (least: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) < least) {
    throw new InvalidArgumentError(`a whole number from ${least} is needed.`);
  }
  return Number(text);
};
const listOf = <T>(read: (text: string) => T) => {
  return (text: string): T[] => text.split(",").filter(Boolean).map(read);
};
const sideName = (text: string): SideName => {
  const name = SIDE_NAMES.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`there are: ${SIDE_NAMES.join(", ")}.`);
  return name;
};

interface Parsed extends Omit<BenchOptions, "peerRows" | "workers" | "growth" | "json"> {
  readonly peerRows?: number;
  readonly workers?: number;
  readonly growth?: boolean;
  readonly json?: boolean;
}

/** The command line, but for what it does. */
export function benchProgram(): Command {
  return new Command("npm run bench --")
    .description(
      "measures Tillhouse beside hand-written SQL, dbt and dlt: the same files, the same server, in turns; and with growing history (README: Performance)",
    )
    .option("--rows <n>", "transactions of a first load", wholeNumber(1), 1_000_000)
    .option("--runs <n>", "loads of each side; medians are of so many", wholeNumber(1), 5)
    .option("--sides <list>", "who takes part, as far as installed; '' for none", listOf(sideName), [
      ...SIDE_NAMES,
    ])
    .option(
      "--peer-rows <n>",
      "transactions for dbt and dlt (default: --rows, at most 100000)",
      wholeNumber(1),
    )
    .option("--workers <n>", "WORKERS of Tillhouse (default: its own)", wholeNumber(1))
    .option("--growth", "measure as well what new rows and answers cost on top of a history")
    .option("--history <list>", "facts of that history", listOf(wholeNumber(0)), [0, 1_000_000, 10_000_000])
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Environment: BENCH_DATABASE_URL, a server whose user may create databases (default: an embedded one, removed at the end);
BENCH_PEERS_DIR, where npm run bench:peers put dbt and dlt.

Examples:
  npm run bench
  npm run bench -- --rows 100000 --runs 3 --sides tillhouse,handwritten
  npm run bench -- --sides '' --growth --history 0,1000000
  npm run -s bench -- --json`,
    )
    .exitOverride()
    .showHelpAfterError("Add --help for usage.");
}

/**
 * Reads the command line.
 *
 * @returns the exit code, when there is nothing to measure: help was asked for, or an option is wrong
 */
export function readBenchOptions(args: readonly string[]): BenchOptions | { readonly exitCode: number } {
  const program = benchProgram();
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  const { growth = false, json = false, workers, peerRows, ...others } = program.opts<Parsed>();
  return {
    ...others,
    growth,
    json,
    workers,
    peerRows: peerRows ?? Math.min(others.rows, MOST_PEER_ROWS),
  };
}
