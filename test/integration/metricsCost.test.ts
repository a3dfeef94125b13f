import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { verify } from "../../jobs/verify.ts";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { checksFile } from "../fixtures/checksFile.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(120_000);

const folder = join(projectRoot, "src", "web", "metrics");
const STATEMENTS = [
  ...readdirSync(folder).filter((name) => name.endsWith(".sql")),
  join("..", "..", "runs", "newestLoads.sql"),
];

/** Pages that each statement of a scrape reads. */
async function pagesRead({ rows }: Warehouse): Promise<Record<string, number>> {
  const pages: Record<string, number> = {};
  for (const name of STATEMENTS) {
    const [explained] = await rows<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${readFileSync(join(folder, name), "utf8")}`,
    );
    const plan = explained?.["QUERY PLAN"][0].Plan ?? {};
    pages[name] = (plan["Shared Hit Blocks"] ?? NaN) + (plan["Shared Read Blocks"] ?? NaN);
  }
  return pages;
}

test(
  "a scrape reads as much after a hundred thousand loads as after one",
  inWarehouse(
    async (warehouse) => {
      const { files, ingest, rows, context } = warehouse;
      const settings = await checksFile(
        warehouse,
        "models: [{ name: fct_transactions, columns: [{ name: amount, checks: [not_null] }] }]",
      );
      await writePlaces(warehouse);
      await files.write("transactions.csv", transactionsFile({ id: 1 }));
      await ingest({ settings });
      await verify(context(settings));

      // Of stores and devices nothing came since, and no check was judged.
      await rows(`
        INSERT INTO operations.runs (job, trigger, status, started_at, finished_at, heartbeat_at, process, records_read, loaded)
        SELECT 'ingest', 'manual', 'succeeded', now(), now(), now(), 'test', 5, 5 FROM generate_series(1, 100000)`);
      await rows(`
        INSERT INTO operations.run_files (run_id, file_id, source, records_read, loaded, bytes_read)
        SELECT run_id, 3, 'transactions', 5, 5, 500 FROM operations.runs WHERE process = 'test'`);
      await rows("VACUUM ANALYZE operations.runs, operations.run_files");

      const pages = await pagesRead(warehouse);
      expect(Object.keys(pages)).toHaveLength(8);
      expect(Object.entries(pages).filter(([, read]) => !(read < 200))).toEqual([]);
    },
    { tampered: true },
  ),
);

test(
  "the newest records of a reason are looked up in an index, however many newer ones of others there are",
  inWarehouse(
    async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await writePlaces(warehouse);
      await files.write("transactions.csv", transactionsFile({ id: 1, amount: "x" }));
      await ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      await rows(`
        INSERT INTO operations.quarantine (source, file_id, source_line, run_id, reason, state)
        SELECT 'transactions', file_id, number, run_id, CASE WHEN number < 5000 THEN 'bad_date' ELSE 'bad_sku' END, 'rejected'
        FROM operations.quarantine, generate_series(1, 30000) AS number`);
      await rows("ANALYZE operations.quarantine");
      const plan = await rows(`
        EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM operations.quarantine
        WHERE source = 'transactions' AND state = 'rejected' AND reason = 'bad_date'
        ORDER BY quarantine_id DESC LIMIT 5`);
      expect(JSON.stringify(plan)).toContain('"quarantine_source_state_reason_quarantine_id_idx"');
      expect(JSON.stringify(plan)).not.toMatch(/"Sort"|Rows Removed by Filter/);
    },
    { tampered: true },
  ),
);
