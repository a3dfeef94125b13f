import { describe, expect, test } from "@jest/globals";
import { checks } from "../../jobs/checks.ts";
import type { CheckResult } from "../../src/quality/checks/check.ts";
import { keepResults, lastResults } from "../../src/quality/checks/keepResults.ts";
import { loadChecks, parseChecks } from "../../src/quality/checks/loadChecks.ts";
import { runChecks } from "../../src/quality/checks/runChecks.ts";
import { readSchema } from "../../src/database/model/readModel.ts";
import { inOneSnapshot } from "../../src/database/snapshot.ts";
import { checksFile } from "../fixtures/checksFile.ts";
import { NO_FOREIGN_KEYS, testOnOneServer } from "../fixtures/citus.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { devicesFile, storesFile, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const HOUR_MS = 3_600_000;
const NAME = "transactions.csv";

/** Three sales of one store. */
async function loadSome(warehouse: Warehouse): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write(
    NAME,
    file({ id: 1 }, { id: 2, amount: "20.50" }, { id: 3, status: "refused" }),
  );
  expect(await warehouse.ingest()).toMatchObject({ status: "succeeded" });
}

/** What comes of the checks that a text declares. */
async function resultsOf(
  { database }: Warehouse,
  text: string,
  options: Partial<Parameters<typeof runChecks>[2]> = {},
): Promise<readonly CheckResult[]> {
  const declared = parseChecks(text, "checks.yaml");
  return inOneSnapshot(database.pool, (client) =>
    runChecks(client, declared, { now: movedClock(0).now(), ...options }),
  );
}

const ofColumn = (model: string, column: string, check: string): string =>
  `models: [{ name: ${model}, columns: [{ name: ${column}, checks: [${check}] }] }]`;

/** A check, what makes it fail, and what is then found. */
const FAILINGS: readonly (readonly [
  what: string,
  text: string,
  sql: string,
  failures: number,
  observed: string,
])[] = [
  [
    "unique, of one column",
    ofColumn("dim_products", "product_sku", "unique"),
    `DROP INDEX ingestion_layer.dim_products_product_sku_key;
     INSERT INTO ingestion_layer.dim_products (product_sku, product_name, category_name, run_id)
     SELECT product_sku, product_name, category_name, run_id FROM ingestion_layer.dim_products`,
    1,
    "1 repeated: product_sku 3770009015048",
  ],
  [
    "unique, of several columns",
    "models: [{ name: ingestion_layer.fct_transactions, checks: [{ unique: { columns: [store_key, status] } }] }]",
    "SELECT",
    1,
    "1 repeated: store_key, status (1, accepted)",
  ],
  [
    "not_null",
    ofColumn("fct_transactions", "amount", "not_null"),
    // One by one: Citus takes no change of a distributed table among other statements.
    `DO 'BEGIN
       ALTER TABLE ingestion_layer.fct_transactions ALTER COLUMN amount DROP NOT NULL;
       UPDATE ingestion_layer.fct_transactions SET amount = NULL WHERE transaction_id > 1;
     END'`,
    2,
    "2 rows: transaction_id 2, 3",
  ],
  [
    "accepted_values",
    ofColumn("fct_transactions", "status", "{ accepted_values: { values: [accepted, refused] } }"),
    "UPDATE ingestion_layer.fct_transactions SET status = 'cancelled' WHERE transaction_id = 3",
    1,
    "1 row: transaction_id 3",
  ],
  [
    "accepted_values of numbers, however they are written",
    ofColumn("fct_transactions", "amount", "{ accepted_values: { values: [10, 20.5] } }"),
    "UPDATE ingestion_layer.fct_transactions SET amount = 20.51 WHERE transaction_id = 2",
    1,
    "1 row: transaction_id 2",
  ],
  [
    "relationships",
    ofColumn(
      "fct_transactions",
      "label_key",
      "{ relationships: { to: dim_product_labels, column: label_key } }",
    ),
    `SET session_replication_role = replica;
     UPDATE ingestion_layer.fct_transactions SET label_key = 99 WHERE transaction_id = 2`,
    1,
    "1 row: transaction_id 2",
  ],
  [
    "range, of numbers",
    ofColumn("fct_transactions", "amount", "{ range: { min: 10, max: 20.5 } }"),
    `UPDATE ingestion_layer.fct_transactions SET amount = CASE transaction_id WHEN 1 THEN 9.99 WHEN 2 THEN 20.51 ELSE 20.5 END`,
    2,
    "2 rows: transaction_id 1, 2",
  ],
  [
    "range, of times",
    ofColumn("fct_transactions", "happened_at", "{ range: { min: 2022-02-01, max: '2022-02-01 23:59' } }"),
    "UPDATE ingestion_layer.fct_transactions SET happened_at = '2022-02-02Z' WHERE transaction_id = 1",
    1,
    "1 row: transaction_id 1",
  ],
  [
    "range, of a view",
    ofColumn("transaction_share_by_device_type", "transactions", "{ range: { max: 2 } }"),
    "UPDATE aggregation_layer.rollup_devices SET accepted_transactions = 3",
    1,
    "1 row: device_type 1",
  ],
  [
    "the sums of files",
    "sums: [{ of: files_to_facts }]",
    "DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 1",
    1,
    "factsOfFile of transactions.csv (file 3): 3 40.50 is kept, 2 30.50 by the facts",
  ],
  [
    "the amounts of files",
    "sums: [{ of: files_to_facts }]",
    "UPDATE ingestion_layer.fct_transactions SET amount = amount + 0.01 WHERE transaction_id = 1",
    1,
    "factsOfFile of transactions.csv (file 3): 3 40.50 is kept, 3 40.51 by the facts",
  ],
  [
    "the sums of rollups",
    "sums: [{ of: facts_to_rollups }]",
    "UPDATE aggregation_layer.rollup_stores SET accepted_transacted_amount = 0.01",
    1,
    "rollupOfStores of store 1: 2 0.01 1 10.00 0 0.00 is kept, 2 30.50 1 10.00 0 0.00 by the facts",
  ],
];

describe("a check of what is kept", () => {
  test.each(FAILINGS)("%s: passes, and fails where it should", (what, text, sql, failures, observed) =>
    inWarehouse(
      async (warehouse) => {
        await loadSome(warehouse);
        const holds = text.replace("store_key, status", "store_key, transaction_id");
        expect(await resultsOf(warehouse, holds)).toMatchObject([{ status: "passed", failures: 0 }]);

        await warehouse.rows(sql);

        expect([what, ...(await resultsOf(warehouse, text))]).toMatchObject([
          what,
          { status: "failed", severity: "error", failures, observed },
        ]);
      },
      { tampered: true },
    )(),
  );

  test(
    "shows the first few keys of many, and a warn only warns",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        file(...Array.from({ length: 12 }, (_, index) => ({ id: 12 - index }))),
      );
      await warehouse.ingest();

      const text = ofColumn("fct_transactions", "amount", "{ range: { max: 1, severity: warn } }");
      expect(await resultsOf(warehouse, text)).toMatchObject([
        { status: "warned", failures: 12, observed: "12 rows: transaction_id 1, 2, 3, 4, 5, …" },
      ]);
    }),
  );

  test.each([
    [
      ofColumn("fct_transaction", "amount", "not_null"),
      "there is no table or view fct_transaction: is it fct_transactions?",
    ],
    [ofColumn("operations.runs", "run_id", "not_null"), "there is no table or view operations.runs"],
    [ofColumn("pg_catalog.pg_class", "oid", "not_null"), "there is no table or view pg_catalog.pg_class"],
    [
      ofColumn("fct_transactions", "amont", "not_null"),
      "ingestion_layer.fct_transactions has no column amont: is it amount?",
    ],
    [ofColumn("fct_transactions", "ctid", "not_null"), "ingestion_layer.fct_transactions has no column ctid"],
    [ofColumn("fct_transactions", "status", "{ range: { min: 1 } }"), "its values would have to be numbers"],
    [
      ofColumn("fct_transactions", "amount", "{ range: { min: 2020-01-01 } }"),
      "its values would have to be times",
    ],
    [ofColumn("fct_transactions", "amount", "{ accepted_values: { values: [ten] } }"), 'numbers, not "ten"'],
    [
      ofColumn("fct_transactions", "store_key", "{ relationships: { to: dim_stores, column: store_name } }"),
      "of the type of ingestion_layer.dim_stores.store_name, text",
    ],
  ])("is refused, with its line, where it is about nothing that is there: %s", (text, message) =>
    inWarehouse(async (warehouse) => {
      await expect(resultsOf(warehouse, text)).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringMatching(new RegExp(`^checks\\.yaml:1: .*${message.replace(/[.?]/g, "\\$&")}`)),
      });
    })(),
  );

  test(
    "writes nothing, and is asked by the names of the database alone",
    inWarehouse(async (warehouse) => {
      await loadSome(warehouse);
      // A view of somebody's own, whose names need quotes: it is refused, and not run.
      await warehouse.rows(
        'CREATE VIEW aggregation_layer.own AS SELECT 1 AS one, 2 AS "Two"; GRANT SELECT ON aggregation_layer.own TO PUBLIC',
      );
      expect(await resultsOf(warehouse, ofColumn("own", "one", "unique"))).toMatchObject([
        { status: "passed" },
      ]);
      expect(() => parseChecks(ofColumn("own", "Two", "unique"), "checks.yaml")).toThrow(
        "must be the name of a column",
      );
      await warehouse.rows("DROP VIEW aggregation_layer.own");
    }),
  );
});

/** What keys and foreign keys hold of the star, in words. */
const HELD = `
  SELECT format('no two %s with the same %s', relname, string_agg(attname::text, ', ' ORDER BY place)) AS held
  FROM pg_index
  JOIN pg_class ON pg_class.oid = indrelid
  CROSS JOIN LATERAL unnest(indkey::smallint[]) WITH ORDINALITY AS keys (attnum, place)
  JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = keys.attnum
  WHERE relnamespace = 'ingestion_layer'::regnamespace AND indisunique AND indpred IS NULL
  GROUP BY indexrelid, relname
  UNION ALL
  SELECT format('each %s.%s in %s.%s', own.relname, own_column.attname, other.relname, other_column.attname)
  FROM pg_constraint
  JOIN pg_class AS own ON own.oid = conrelid
  JOIN pg_class AS other ON other.oid = confrelid
  JOIN pg_attribute AS own_column ON own_column.attrelid = conrelid AND own_column.attnum = conkey[1]
  JOIN pg_attribute AS other_column ON other_column.attrelid = confrelid AND other_column.attnum = confkey[1]
  WHERE contype = 'f' AND cardinality(conkey) = 1`;

testOnOneServer(
  NO_FOREIGN_KEYS,
  "of unique and relationships, all but one that are declared of tables are held by keys, so that no chunk commits against them",
  inWarehouse(async ({ rows }) => {
    const held = new Set((await rows<{ held: string }>(HELD)).map((row) => row.held));
    const tables = new Set(readSchema().tables.flatMap(({ kind, name }) => (kind === "view" ? [] : [name])));
    const asked = (await loadChecks({ checksFile: undefined })).flatMap((check): [string, string][] => {
      if (check.on !== "model" || !tables.has(check.model)) return [];
      const { column, model, name, rule } = check;
      if (rule.kind === "unique") return [[name, `no two ${model} with the same ${rule.columns.join(", ")}`]];
      if (rule.kind === "relationships")
        return [[name, `each ${model}.${column ?? ""} in ${rule.to}.${rule.column}`]];
      return [];
    });
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter(([, what]) => !held.has(what)).map(([name]) => name)).toEqual([
      "fct_transactions_history.transaction_id.relationships",
    ]);
  }),
);

describe("a check of loads", () => {
  const freshness = (severity: string) =>
    `sources: [{ name: transactions, freshness: { warn_after: 36h, error_after: 72h, severity: ${severity} } }]`;

  test(
    "freshness goes by when something new was loaded last, and by the clock it is given",
    inWarehouse(async (warehouse) => {
      const after = async (hours: number, severity = "error") =>
        (await resultsOf(warehouse, freshness(severity), { now: movedClock(hours * HOUR_MS).now() }))[0];
      expect(await after(0)).toMatchObject({ status: "warned", observed: "nothing was ever loaded" });
      await loadSome(warehouse);

      expect(await after(0)).toMatchObject({ status: "passed", observed: "less than a minute ago" });
      expect(await after(35.9)).toMatchObject({ status: "passed", observed: "35 h 54 min ago" });
      expect(await after(36.1)).toMatchObject({ status: "warned", failures: 1, observed: "36 h 6 min ago" });
      expect(await after(73)).toMatchObject({ status: "failed", failures: 1, observed: "3 d 1 h ago" });
      expect(await after(73, "warn")).toMatchObject({ status: "warned", failures: 1 });

      // What was there before is nothing new, even if a load said it again.
      await warehouse.files.write("transactions-2.csv", file({ id: 1 }));
      await warehouse.ingest({ clock: movedClock(40 * HOUR_MS) });
      expect(await after(73)).toMatchObject({ status: "failed" });
      await warehouse.files.write("transactions-3.csv", file({ id: 9 }));
      await warehouse.ingest({ clock: movedClock(70 * HOUR_MS) });
      expect(await after(73)).toMatchObject({ status: "passed", observed: "3 h ago" });
    }),
  );

  test(
    "row_count judges the latest loads against the median of those before, as the warning few_records does",
    inWarehouse(async (warehouse) => {
      const rowCount = async () =>
        (await resultsOf(warehouse, "sources: [{ name: transactions, row_count: { severity: warn } }]"))[0];
      expect(await rowCount()).toMatchObject({ status: "passed", observed: "no load yet" });
      await writePlaces(warehouse);
      const sales = (from: number, count: number) =>
        file(...Array.from({ length: count }, (_, index) => ({ id: from + index })));
      for (let day = 1; day <= 5; day += 1) {
        await warehouse.files.write(`transactions-${day}.csv`, sales(day * 100, 8));
        await warehouse.ingest();
      }
      expect(await rowCount()).toMatchObject({ status: "passed", observed: "8 records in run 5" });

      await warehouse.files.write("transactions-6.csv", sales(600, 1));
      await warehouse.files.write("transactions-7.csv", sales(700, 8));
      await warehouse.ingest();

      expect(await rowCount()).toMatchObject({
        status: "warned",
        failures: 1,
        observed: "transactions-6.csv: 1 of usually 8 records, in run 6",
      });
    }),
  );
});

describe("npm run checks", () => {
  const context = async (warehouse: Warehouse, text: string) =>
    warehouse.context(await checksFile(warehouse, text));

  test(
    "the project's own checks pass on an empty warehouse, on a loaded one, and after corrections",
    inWarehouse(async (warehouse) => {
      const failed = async () =>
        (await checks(warehouse.context(), { select: [] })).results.filter(
          ({ status }) => status === "failed",
        );
      expect(await failed()).toEqual([]);
      await loadSome(warehouse);
      await warehouse.files.write(
        "transactions-2.csv",
        file(
          { id: 2, amount: "1.00" },
          { id: 3, product_sku: "B", device_id: 1 },
          { id: 4, card_number: "4111 1111 1111 1111" },
        ),
      );
      await warehouse.files.write("stores-2.csv", storesFile({ id: 1, country: "" }, { id: 2 }));
      await warehouse.files.write("devices-2.csv", devicesFile({ id: 1, store_id: 2 }));
      await warehouse.ingest();
      expect(await failed()).toEqual([]);
    }),
  );

  test(
    "is a run of its own that keeps its results, and fails with the names of the checks that did",
    inWarehouse(async (warehouse) => {
      await loadSome(warehouse);
      const text = `models:
  - name: fct_transactions
    columns:
      - name: amount
        checks:
          - range: { max: 15 }
          - not_null
          - range: { max: 1, severity: warn, name: small }
`;
      const run = await context(warehouse, text);

      const report = await checks(run, { select: [] });

      expect(report.failure).toMatchObject({
        code: "check_failed",
        message: expect.stringContaining("A check failed: fct_transactions.amount.range. See"),
      });
      expect(
        await warehouse.rows("SELECT job, status::text, error_code FROM operations.runs WHERE run_id = $1", [
          report.runId,
        ]),
      ).toEqual([{ job: "checks", status: "failed", error_code: "check_failed" }]);
      expect(
        await warehouse.rows(
          "SELECT run_id, name, subject, column_name, kind, severity, status, failures, observed, expected FROM operations.check_results WHERE run_id = $1 ORDER BY name",
          [report.runId],
        ),
      ).toEqual([
        {
          ...{
            run_id: report.runId,
            name: "fct_transactions.amount.not_null",
            subject: "fct_transactions",
            column_name: "amount",
          },
          ...{
            kind: "not_null",
            severity: "error",
            status: "passed",
            failures: "0",
            observed: "none",
            expected: "never null",
          },
        },
        expect.objectContaining({
          name: "fct_transactions.amount.range",
          status: "failed",
          failures: "1",
          observed: "1 row: transaction_id 2",
        }),
        expect.objectContaining({ name: "small", severity: "warn", status: "warned", failures: "3" }),
      ]);

      const declared = await loadChecks(run.config);
      expect(await lastResults(warehouse.database.pool, declared)).toMatchObject([
        { name: "fct_transactions.amount.range", runId: report.runId, status: "failed" },
        { name: "fct_transactions.amount.not_null", status: "passed" },
        { name: "small", status: "warned" },
      ]);
      const next = await checks(run, { select: ["small"] });
      expect(next).toMatchObject({ failure: undefined, results: [{ name: "small", status: "warned" }] });
      expect((await lastResults(warehouse.database.pool, declared)).map(({ runId }) => runId)).toEqual([
        report.runId,
        report.runId,
        next.runId,
      ]);
    }),
  );

  test(
    "begins no run for a name that is of no check, nor for a file that is wrong",
    inWarehouse(async (warehouse) => {
      const run = await context(warehouse, "sums: [{ of: files_to_facts }]");
      await expect(checks(run, { select: ["sums.files_to_fact"] })).rejects.toMatchObject({
        code: "usage_invalid",
        message: expect.stringContaining("is it sums.files_to_facts?"),
      });
      await expect(
        checks(await context(warehouse, "sums: [{ of: none }]"), { select: [] }),
      ).rejects.toMatchObject({
        code: "config_invalid",
      });
      expect(await warehouse.rows("SELECT FROM operations.runs")).toEqual([]);
    }),
  );

  test(
    "results that an attempt kept before it was broken off are overwritten by the next",
    inWarehouse(async (warehouse) => {
      const run = await context(warehouse, "sums: [{ of: files_to_facts }]");
      const { results, runId } = await checks(run, { select: [] });
      await keepResults(warehouse.database.pool, runId, results);
      expect(await warehouse.rows("SELECT FROM operations.check_results")).toHaveLength(1);
    }),
  );
});
