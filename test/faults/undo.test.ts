import { expect, jest, test } from "@jest/globals";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { run, runForJson, type Environment } from "../processes/programs.ts";
import { query } from "../processes/workplace.ts";
import { withDatabaseProxy } from "./harness/databaseProxy.ts";
import { withShop } from "./harness/shop.ts";

jest.setTimeout(300_000);

/** Gives `work` the settings of a shop that sold something in each of two runs. */
function withTwoRuns(work: (url: string, environment: Environment) => Promise<void>): Promise<void> {
  return withShop(async ({ url, into, write, load }) => {
    for (const id of [1, 2]) {
      await write(`transactions-${id}.csv`, transactionsFile({ id }));
      await load();
    }
    await work(url, into(url));
  });
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
