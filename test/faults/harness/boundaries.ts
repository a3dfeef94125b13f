import type { Statement } from "./databaseProxy.ts";

/** A named place in the walk of a run at which something bad is made to happen. */
export interface Boundary {
  readonly name: string;
  readonly at: (statement: Statement) => boolean;
  readonly when: "before" | "after";
  /** How often a load of the tests' files comes by at the least. */
  readonly times: number;
}

const boundary = (
  name: string,
  when: Boundary["when"],
  at: Boundary["at"] | RegExp,
  times = 1,
): Boundary => ({
  name,
  when,
  times,
  at: at instanceof RegExp ? ({ sql }) => at.test(sql) : at,
});

const CHECKPOINT = /^UPDATE operations\.source_files\s+SET\s+status = 'loading'/;
const RUN_START = /^WITH[^]*INSERT INTO operations\.runs /;
const RUN_END = /^WITH\s+ended AS \(\s*UPDATE operations\.runs\s+SET\s+status =/;
const RUN_COUNTS = /^WITH\s+counted AS \(\s*INSERT INTO operations\.record_totals /;
const COPY_FACTS = /^COPY ingestion_layer\.fct_transactions\b/;
const KEEP_VERSIONS = /INSERT INTO ingestion_layer\.fct_transactions_history/;
const CORRECT_FACTS = /^WITH\s+corrections AS [^]*UPDATE ingestion_layer\.fct_transactions/;
const CLAIM = /^UPDATE \S*staged_\w+\S* AS staged/;
const BEGINS_AHEAD = "BEGIN ISOLATION LEVEL READ COMMITTED";
const FENCE = /FROM operations\.run_locks[^]*FOR SHARE/;

const commits =
  (what: RegExp) =>
  ({ sql, earlier }: Statement): boolean =>
    sql === "COMMIT" && earlier.some((statement) => what.test(statement));
const isCommit = commits(CHECKPOINT);

/**
 * Of any load, in such an order that one which is killed at each of them in turn comes by all. Its files are of stores, of
 * devices, and two of transactions, in two chunks and in one.
 */
export const BOUNDARIES: readonly Boundary[] = [
  boundary("lock asked for", "after", /pg_try_advisory_lock/),
  boundary("fencing token raised", "after", /^INSERT INTO operations\.run_locks/),
  boundary("run start, before", "before", RUN_START),
  boundary("run start, after", "after", RUN_START),
  boundary("discovery, before", "after", /^INSERT INTO operations\.run_steps/),
  boundary("discovery, after", "before", /^UPDATE operations\.run_steps/),
  boundary("step start", "after", /^INSERT INTO operations\.run_steps/, 4),
  boundary("left-over staging", "after", /^DO [^]*orphan record/),
  boundary("file found", "after", /^INSERT INTO operations\.source_files/, 3),
  boundary("staging made", "after", /^CREATE TEMPORARY TABLE IF NOT EXISTS staged_(stores|devices|trans)/, 3),
  boundary("fence checked", "after", FENCE, 8),
  boundary("staging filled", "after", /^COPY staged_(stores|devices|transactions)/, 4),
  boundary("judged", "after", /^INSERT INTO judged_/, 4),
  boundary("days", "after", /^WITH\s+wanted AS [^]*INSERT INTO ingestion_layer\.dim_time/, 3),
  boundary("customers", "after", /^INSERT INTO ingestion_layer\.dim_customers/),
  boundary("stores", "after", /^INSERT INTO ingestion_layer\.dim_stores/),
  boundary("devices", "after", /^INSERT INTO ingestion_layer\.dim_devices/),
  boundary("products", "after", /^INSERT INTO ingestion_layer\.dim_products/, 2),
  boundary("labels", "after", /^INSERT INTO ingestion_layer\.dim_product_labels/, 2),
  boundary("references locked", "after", /^SELECT[^]* FROM operations\.runs\s[^]*FOR KEY SHARE/, 2),
  boundary("facts by INSERT", "after", /^INSERT INTO ingestion_layer\.fct_transactions \(/, 2),
  boundary("facts by COPY, before", "before", COPY_FACTS, 2),
  boundary("facts by COPY, after", "after", COPY_FACTS, 2),
  boundary("rollups", "after", /^MERGE INTO aggregation_layer\.rollup_/, 8),
  boundary("first sales", "after", /INSERT INTO aggregation_layer\.rollup_store_first_sales/, 2),
  boundary("product names", "after", /UPDATE ingestion_layer\.dim_products/, 2),
  boundary("quarantine", "after", /^INSERT INTO operations\.quarantine/, 3),
  boundary("checkpoint", "after", CHECKPOINT, 4),
  boundary("range", "after", /^INSERT INTO operations\.file_ranges/, 4),
  boundary("run counts", "after", RUN_COUNTS, 4),
  boundary("watermark", "after", /^INSERT INTO operations\.watermarks/, 4),
  boundary("before COMMIT", "before", commits(CHECKPOINT), 4),
  boundary("after COMMIT", "after", commits(CHECKPOINT), 4),
  boundary("former versions kept", "after", KEEP_VERSIONS),
  boundary("facts corrected", "after", CORRECT_FACTS),
  boundary(
    "file completed",
    "after",
    commits(/^UPDATE operations\.source_files\s+SET\s+status = 'loaded'/),
    4,
  ),
  boundary("step end", "after", /^UPDATE operations\.run_steps/, 4),
  boundary("statistics", "after", /^DO [^]*\bANALYZE /, 3),
  boundary("run end, before", "before", RUN_END),
  boundary("run end, after", "after", RUN_END),
  boundary("lock given back", "before", /pg_advisory_unlock/),
];

/** One of `BOUNDARIES`. */
export function boundaryNamed(name: string): Boundary {
  const boundary = BOUNDARIES.find((one) => one.name === name);
  if (boundary === undefined) throw new Error(`no boundary is called ${name}`);
  return boundary;
}

/** Of a load whose loaders are threads: new facts are copied ahead of their turn, corrections staged, judged and written. */
export const BOUNDARIES_OF_THREADS: readonly Boundary[] = [
  boundary("facts copied ahead, before", "before", ahead(COPY_FACTS)),
  boundary("facts copied ahead, after", "after", ahead(COPY_FACTS)),
  ...turnOf("what was copied ahead", COPY_FACTS),
  boundary("staged ahead", "after", ahead(/^COPY staged_transactions/)),
  boundary("judged ahead", "after", ahead(/^INSERT INTO judged_transactions/)),
  boundary("former versions kept ahead", "after", ahead(KEEP_VERSIONS)),
  boundary("facts corrected ahead", "after", ahead(CORRECT_FACTS)),
  ...turnOf("what was corrected ahead", CORRECT_FACTS),
];

/** Of a replay that loads and corrects, in such an order that one which is killed at each of them in turn comes by all. */
export const BOUNDARIES_OF_REPLAY: readonly Boundary[] = [
  boundaryNamed("run start, after"),
  boundaryNamed("step start"),
  boundaryNamed("staging filled"),
  boundary("records claimed", "after", CLAIM),
  boundaryNamed("judged"),
  boundaryNamed("former versions kept"),
  boundaryNamed("facts corrected"),
  boundaryNamed("facts by INSERT"),
  boundaryNamed("rollups"),
  boundary("quarantine closed", "after", /^UPDATE operations\.quarantine AS quarantined/),
  boundary("before COMMIT", "before", commits(CLAIM)),
  boundary("after COMMIT", "after", commits(CLAIM)),
  boundaryNamed("run end, before"),
  boundaryNamed("run end, after"),
];

/** From the turn of a chunk that was begun ahead to its end. */
function turnOf(what: string, statement: RegExp): readonly Boundary[] {
  const isOfIt = ({ earlier }: Statement): boolean => earlier.some((sql) => statement.test(sql));
  const commit = (all: Statement): boolean => beganAhead(all) && isCommit(all) && isOfIt(all);
  return [
    boundary(`turn of ${what}`, "after", (all) => FENCE.test(all.sql) && isAhead(all) && isOfIt(all)),
    boundary(`before COMMIT of ${what}`, "before", commit),
    boundary(`after COMMIT of ${what}`, "after", commit),
  ];
}

function ahead(statement: RegExp): (all: Statement) => boolean {
  return (all) => statement.test(all.sql) && isAhead(all);
}

function beganAhead({ earlier }: Statement): boolean {
  return earlier[0] === BEGINS_AHEAD;
}

/** Before its turn has come, which begins with the fence. */
function isAhead(statement: Statement): boolean {
  return beganAhead(statement) && !statement.earlier.some((sql) => FENCE.test(sql));
}
