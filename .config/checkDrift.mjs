/**
 * Proves that schema.prisma, the migrations and a fresh database agree (`npm run db:drift`).
 *
 * Everything happens in two throw-away databases, on the server of TEST_DATABASE_URL or on an embedded one in a
 * temporary folder: one that the migrations made, one that schema.prisma would make by itself. Prisma compares what it
 * sees; views, CHECKs, partial indexes and settings of tables, which it does not see, are compared here.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPrisma } from "../src/database/migrations.ts";
import { withClient, withDatabases } from "./throwAwayDatabases.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const SCHEMA = join(root, "prisma", "schema.prisma");

/**
 * Rules of the rows that only raw SQL in a migration can say. Prisma has dropped such objects unasked when it wrote a
 * later migration (prisma/orm#29220), so their names stand here: a migration that adds or drops one changes this list.
 */
const RULES = [
  "file_ranges_is_a_range (check)",
  "file_ranges_one_outcome_a_record (check)",
  "stated_stretches_say_something (check)",
  "run_files_changes_since_a_file (check)",
  "run_files_one_outcome_a_record (check)",
  "runs_one_outcome_a_record (check)",
  "runs_at_work (partial index)",
  "run_totals_of_ended_runs (check)",
  "alerts_event_is_over (check)",
  "alerts_one_of_a_thing (partial index)",
  "alerts_severity_known (check)",
  "job_slots_attempts_not_negative (check)",
  "job_slots_decided_when_not_due (check)",
  "job_slots_passed_is_a_stretch (check)",
  "job_slots_passed_reason_known (check)",
  "job_slots_due (partial index)",
  "check_results_failures_not_negative (check)",
  "check_results_status_says_failures (check)",
  "check_results_fails_by_severity (check)",
  "source_files_committed_within (check)",
  "source_files_one_outcome_a_record (check)",
  "quarantine_dropped_something (check)",
  "quarantine_resolved_by_a_run (check)",
  "quarantine_resolved_outcome_of_resolved (check)",
  "fct_transactions_amount_not_negative (check)",
  "fct_transactions_card_last4_is_four_digits (check)",
  "fct_transactions_card_whole_or_absent (check)",
  "fct_transactions_history_amount_not_negative (check)",
  "fct_transactions_history_card_last4_is_four_digits (check)",
  "fct_transactions_history_card_whole_or_absent (check)",
  "dim_stores_history_current_is_open (check)",
  "dim_stores_history_no_overlap (exclusion)",
  "dim_stores_history_no_gap (deferred)",
  "dim_devices_history_current_is_open (check)",
  "dim_devices_history_no_overlap (exclusion)",
  "dim_devices_history_no_gap (deferred)",
  "dim_time_key_is_the_day (check)",
  "rollup_stores_not_empty (check)",
  "rollup_stores_not_negative (check)",
  "rollup_products_not_empty (check)",
  "rollup_products_not_negative (check)",
  "rollup_devices_not_empty (check)",
  "rollup_devices_not_negative (check)",
  "rollup_days_not_empty (check)",
  "rollup_days_not_negative (check)",
  "rollup_store_first_sales_in_pairs (check)",
  "fct_transactions (fillfactor=95)",
  "rollup_stores (fillfactor=50)",
  "rollup_products (fillfactor=50)",
  "rollup_devices (fillfactor=50)",
  "rollup_days (fillfactor=50)",
  "rollup_store_first_sales (fillfactor=50)",
  "card_token_keys_one_in_use (partial index)",
  "quarantine_open_by_file (partial index)",
  "quarantine_open_by_key (partial index)",
  "quarantine_waiting_for_device (partial index)",
  "quarantine_waiting_for_store (partial index)",
  "source_files_current_path (partial index)",
  "source_files (changes noted)",
  "file_ranges (changes noted)",
  "stated_stretches (changes noted)",
  "watermarks (changes noted)",
  "quarantine (changes noted)",
  "dim_time (changes noted)",
  "dim_customers (changes noted)",
  "dim_products (changes noted)",
  "dim_product_labels (changes noted)",
  "dim_stores (changes noted)",
  "dim_devices (changes noted)",
  "dim_stores_history (changes noted)",
  "dim_devices_history (changes noted)",
];

const RULES_SQL = `
  SELECT conname || ' (check)' AS rule FROM pg_constraint
  WHERE contype = 'c' AND convalidated AND connamespace = ANY ($1::regnamespace[])
  UNION ALL
  SELECT conname || CASE contype WHEN 'x' THEN ' (exclusion)' ELSE ' (deferred)' END FROM pg_constraint
  WHERE (contype = 'x' OR condeferred) AND connamespace = ANY ($1::regnamespace[])
  UNION ALL
  SELECT relname || ' (partial index)' FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE indpred IS NOT NULL AND indisvalid AND relnamespace = ANY ($1::regnamespace[])
  UNION ALL
  SELECT DISTINCT relname || ' (changes noted)' FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
  WHERE tgenabled = 'A' AND relnamespace = ANY ($1::regnamespace[])
  UNION ALL
  SELECT relname || ' (' || array_to_string(reloptions, ', ') || ')' FROM pg_class
  WHERE reloptions IS NOT NULL AND relnamespace = ANY ($1::regnamespace[])`;

/** Columns of views and rollups with their types, in order. A microsecond is the default precision, and the finest: the same type twice. */
const COLUMNS_SQL = `
  SELECT relname AS relation,
         array_agg(attname || ' ' || replace(format_type(atttypid, atttypmod), '(6) with', ' with') ORDER BY attnum) AS columns
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace = 'aggregation_layer'::regnamespace AND relkind IN ('v', 'm', 'r', 'p')
    AND attnum > 0 AND NOT attisdropped
  GROUP BY relname`;

/** Prints one finding and remembers that there was one. */
function drift(message) {
  process.stdout.write(`DRIFT  ${message}\n`);
  process.exitCode = 1;
}
const agree = (message) => process.stdout.write(`ok     ${message}\n`);

/** What `left` has and `right` does not. */
const without = (left, right) => left.filter((item) => !right.includes(item));

/** Runs the Prisma CLI, whose exit code alone is not to be trusted: a crashed engine has ended with 0. */
const prisma = (url, args) => runPrisma(args, { url, environment: process.env, output: "collect" });

async function compareWithPrisma(url) {
  const args = ["migrate", "diff", "--from-config-datasource", "--to-schema", SCHEMA, "--exit-code"];
  const { exitCode, output } = await prisma(url, args);
  if (exitCode === 0 && output.includes("No difference detected")) {
    agree("tables, columns, keys, indexes and enums are those of schema.prisma");
  } else {
    drift(
      `from the migrated database to schema.prisma (prisma migrate diff, exit code ${exitCode}):\n${output.trim()}`,
    );
  }
}

/** Has Prisma itself say what columns its views have: as tables, which it can create. */
async function createFromSchema(url) {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-drift-"));
  try {
    const [schema, script] = [join(folder, "schema.prisma"), join(folder, "script.sql")];
    await writeFile(schema, (await readFile(SCHEMA, "utf8")).replace(/^view (?=\w+ \{)/gm, "model "));
    const args = ["migrate", "diff", "--from-empty", "--to-schema", schema, "--script", "--output", script];
    const { exitCode, output } = await prisma(url, args);
    if (exitCode !== 0 || !existsSync(script)) throw new Error(`schema.prisma cannot be read:\n${output}`);
    await withClient(url, async (client) => client.query(await readFile(script, "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareViews(migratedUrl, schemaUrl) {
  await createFromSchema(schemaUrl);
  const read = async (url) => {
    const { rows } = await withClient(url, (client) => client.query(COLUMNS_SQL));
    return new Map(rows.map(({ relation, columns }) => [relation, columns.join(", ")]));
  };
  const [views, models] = [await read(migratedUrl), await read(schemaUrl)];
  const names = [...new Set([...views.keys(), ...models.keys()])].sort();
  const different = names.filter((name) => views.get(name) !== models.get(name));
  for (const name of different) {
    drift(
      `${name.startsWith("rollup_") ? "table" : "view"} ${name}\n` +
        `         migrations:    ${views.get(name) ?? "(not there)"}\n` +
        `         schema.prisma: ${models.get(name) ?? "(not there)"}`,
    );
  }
  if (different.length === 0)
    agree(`${names.length} views and rollups have the columns and types of their models`);
}

async function compareRules(url) {
  const schemas = ["aggregation_layer", "ingestion_layer", "operations"];
  const { rows } = await withClient(url, (client) => client.query(RULES_SQL, [schemas]));
  const found = rows.map(({ rule }) => rule);
  for (const rule of without(RULES, found)) drift(`${rule} is in no migration, or was dropped by one`);
  for (const rule of without(found, RULES))
    drift(`${rule} is not in the list RULES of .config/checkDrift.mjs`);
  if (found.length === RULES.length && without(RULES, found).length === 0) {
    agree(`${found.length} CHECKs, partial indexes, triggers and settings of tables are all there`);
  }
}

await withDatabases(["drift_migrated", "drift_schema"], async (migratedUrl, schemaUrl) => {
  const { exitCode, output } = await prisma(migratedUrl, ["migrate", "deploy"]);
  if (exitCode !== 0) {
    drift(`the migrations do not apply to an empty database:\n${output.trim()}`);
    return;
  }
  agree("the migrations apply to an empty database");
  await compareWithPrisma(migratedUrl);
  await compareViews(migratedUrl, schemaUrl);
  await compareRules(migratedUrl);
});
