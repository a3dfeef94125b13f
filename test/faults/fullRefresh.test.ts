import { expect, jest, test } from "@jest/globals";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";
import { run, runForJson, start, type Environment } from "../processes/programs.ts";
import { query } from "../processes/workplace.ts";
import { withDatabaseProxy, type Statement } from "./harness/databaseProxy.ts";
import { resumeWork } from "./harness/recovery.ts";
import { withShop } from "./harness/shop.ts";

jest.setTimeout(300_000);

const REFRESH = ["ingest", "--full-refresh", "--json"];

/** Gives `work` the settings of a shop that has sold something. */
function withSales(work: (url: string, environment: Environment) => Promise<void>): Promise<void> {
  return withShop(async ({ url, into, write, load }) => {
    await write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }));
    await load();
    await work(url, into(url));
  });
}

const runsOfFacts = (url: string) =>
  query(url, "SELECT transaction_id::integer AS id, run_id FROM ingestion_layer.fct_transactions ORDER BY 1");
const OF_RUN = (runId: number) => [
  { id: 1, run_id: runId },
  { id: 2, run_id: runId },
];

const commits = ({ sql, earlier }: Statement): boolean =>
  sql === "COMMIT" && earlier.some((one) => one.includes("SET versions_before = NULL"));

const BOUNDARIES: readonly (readonly [name: string, at: (statement: Statement) => boolean])[] = [
  ["the facts are removed", ({ sql }) => /^DELETE FROM ingestion_layer\.fct_transactions;?\s*$/.test(sql)],
  [
    "the files are closed",
    ({ sql }) => /^UPDATE operations\.source_files\s+SET\s+status = 'replaced'/.test(sql),
  ],
  ["facts are loaded anew", ({ sql }) => /^COPY ingestion_layer\.fct_transactions\b/.test(sql)],
  ["it is marked as done", ({ sql }) => sql.includes("SET versions_before = NULL")],
];

test.each(BOUNDARIES.slice(trials({ quick: 3, all: 0 })))(
  "a refresh that is killed when %s has changed nothing, and is done by the next",
  (_name, at) =>
    withSales(async (url, environment) => {
      await withDatabaseProxy(url, async (proxy) => {
        const refresh = start("cli", REFRESH, { ...environment, DATABASE_URL: proxy.url });
        const ambush = proxy.ambush({
          at,
          when: "after",
          act: async (connection) => {
            refresh.child.kill("SIGKILL");
            await refresh.ended;
            connection.cut();
          },
        });
        await refresh.ended;
        expect(ambush.wasReached).toBe(true);
      });

      expect(await runsOfFacts(url)).toEqual(OF_RUN(1));
      // The run that comes next finds nothing new; the one after it rebuilds.
      await resumeWork(environment);
      expect((await run(["verify"], environment)).exitCode).toBe(0);
      expect(await runForJson(REFRESH, environment)).toMatchObject({ status: "succeeded", loaded: 4 });
      expect(await runsOfFacts(url)).toEqual(OF_RUN(4));
      expect((await run(["verify"], environment)).exitCode).toBe(0);
    }),
);

test.each(["before", "after"] as const)(
  "a refresh whose connection breaks %s its commit is done, once, by the same run",
  (when) =>
    withSales((url, environment) =>
      withDatabaseProxy(url, async (proxy) => {
        const ambush = proxy.ambush({
          at: commits,
          when,
          act: (connection) => {
            connection.reset();
          },
        });

        const report = await runForJson(REFRESH, { ...environment, DATABASE_URL: proxy.url });

        expect(ambush.wasReached).toBe(true);
        expect(report).toMatchObject({ run_id: 2, status: "succeeded", full_refresh: true, loaded: 4 });
        expect(await runsOfFacts(url)).toEqual(OF_RUN(2));
        expect(
          await query(
            url,
            "SELECT count(*)::integer AS times FROM operations.run_steps WHERE run_id = 2 AND name = 'complete refresh'",
          ),
        ).toEqual([{ times: when === "before" ? 2 : 1 }]);
        expect((await run(["verify"], environment)).exitCode).toBe(0);
      }),
    ),
);
