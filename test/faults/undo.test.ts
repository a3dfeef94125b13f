import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";
import { run, runForJson, type Environment } from "../processes/programs.ts";
import { query } from "../processes/workplace.ts";
import { withDatabaseProxy } from "./harness/databaseProxy.ts";

jest.setTimeout(300_000);

/** Gives `work` the settings of a shop that sold something in each of two runs. */
async function withTwoRuns(work: (url: string, environment: Environment) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-undo-"));
  try {
    await withTestDatabase(async (url) => {
      const environment = {
        ...{ DATABASE_URL: url, DATA_DIR: folder, STATE_DIR: join(folder, ".state"), SETTLE_MS: "0" },
        CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY,
      };
      const load = async (name: string, text: string): Promise<void> => {
        await writeFile(join(folder, name), text);
      };
      await load("stores.csv", storesFile({ id: 1 }));
      await load("devices.csv", devicesFile({ id: 1 }));
      await load("transactions-1.csv", transactionsFile({ id: 1 }));
      expect((await run(["ingest", "--json"], environment)).exitCode).toBe(0);
      await load("transactions-2.csv", transactionsFile({ id: 2 }));
      expect((await run(["ingest", "--json"], environment)).exitCode).toBe(0);
      await work(url, environment);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.each(["before", "after"] as const)(
  "an undo whose connection breaks %s its commit takes back one run, and not the one before it as well",
  (when) =>
    withTwoRuns((url, environment) =>
      withDatabaseProxy(url, async (proxy) => {
        const ambush = proxy.ambush({
          at: ({ sql, earlier }) =>
            sql === "COMMIT" &&
            earlier.some((one) => one.includes("UPDATE operations.runs SET status = 'undone'")),
          when,
          act: (connection) => {
            connection.reset();
          },
        });

        const report = await runForJson(["undo", "--json"], { ...environment, DATABASE_URL: proxy.url });

        expect(ambush.wasReached).toBe(true);
        expect(report).toMatchObject({ status: "succeeded", undone: { run_id: 2 } });
        expect(await query(url, "SELECT run_id, job, status FROM operations.runs ORDER BY run_id")).toEqual([
          { run_id: 1, job: "ingest", status: "succeeded" },
          { run_id: 2, job: "ingest", status: "undone" },
          { run_id: 3, job: "undo", status: "succeeded" },
        ]);
        expect(
          await query(url, "SELECT transaction_id::integer AS id FROM ingestion_layer.fct_transactions"),
        ).toEqual([{ id: 1 }]);
        expect((await run(["verify"], environment)).exitCode).toBe(0);
      }),
    ),
);
