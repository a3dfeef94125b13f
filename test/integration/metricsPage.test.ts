import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { metricsTable } from "../../.config/docs/metrics.ts";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { verify } from "../../jobs/verify.ts";
import { reconcile } from "../../src/scheduling/alerts/alerts.ts";
import { account } from "../../src/scheduling/jobSchedules.ts";
import { behindProxy, type BehindProxy } from "../fixtures/behindProxy.ts";
import { checksFile } from "../fixtures/checksFile.ts";
import { readExposition, type ReadFamily } from "../fixtures/exposition.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { poolsOf, withMetrics, type MetricsServer } from "../fixtures/metrics.ts";
import { withOther } from "../fixtures/otherConnection.ts";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { eventually } from "../processes/eventually.ts";

jest.setTimeout(120_000);

const TOKEN = "0123456789abcdef0123456789abcdef";
const LIMIT_MS = 2_000;
/** What a machine that is busy with other things may add. */
const SLACK_MS = 3_000;

/** Makes a test body out of one that takes a database behind a proxy, and what is scraped of it. */
const scrapedBehindProxy = (
  work: (scene: BehindProxy & { server: MetricsServer }) => Promise<void>,
): (() => Promise<void>) =>
  behindProxy((scene) => withMetrics(poolsOf(scene.database), (server) => work({ ...scene, server })));

describe("a database that is away", () => {
  test(
    "takes its own metrics with it and no others, and is back by itself",
    scrapedBehindProxy(async ({ proxy, server }) => {
      expect((await server.scrape()).value("tillhouse_database_up")).toBe(1);
      const letIn = proxy.refuse();
      for (const _time of [1, 2, 3]) {
        const { families, value } = await server.scrape();
        expect(value("tillhouse_database_up")).toBe(0);
        expect(value("process_resident_memory_bytes")).toBeGreaterThan(0);
        expect(value("tillhouse_http_requests_total", { route: "/metrics", status: "200" })).toBeGreaterThan(
          0,
        );
        expect(families.has("tillhouse_runs_total")).toBe(false);
      }
      // Said once.
      expect(server.logged().match(/metrics are without those of the database/g)).toHaveLength(1);
      letIn();
      await eventually(
        "it is back",
        async () => (await server.scrape()).value("tillhouse_database_up") === 1,
      );
    }),
  );

  test(
    "keeps no scrape for longer than two seconds where it hangs, and is asked once by all",
    scrapedBehindProxy(async ({ proxy, database, server }) => {
      await server.scrape();
      const letGo = proxy.hold();
      const askedAt = performance.now();
      const scrapes = await Promise.all(Array.from({ length: 20 }, () => server.scrape()));
      expect(performance.now() - askedAt).toBeLessThan(LIMIT_MS + SLACK_MS);
      expect(scrapes.map(({ value }) => value("tillhouse_database_up"))).toEqual(scrapes.map(() => 0));
      expect(database.readers().totalCount).toBeLessThanOrEqual(1);
      letGo();
      await eventually(
        "it is back",
        async () => (await server.scrape()).value("tillhouse_database_up") === 1,
      );
    }),
  );

  test(
    "that keeps a statement waiting is left with none of them at work",
    inWarehouse((warehouse) =>
      withMetrics(poolsOf(warehouse.database), async ({ scrape }) => {
        const atWork = (): Promise<unknown[]> =>
          warehouse.rows(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          );
        await withOther(warehouse, async (other) => {
          await other.run("LOCK TABLE operations.run_totals IN ACCESS EXCLUSIVE MODE");
          for (const _time of [1, 2]) expect((await scrape()).value("tillhouse_database_up")).toBe(0);
          await eventually("none waits", async () => (await atWork()).length === 0);
        });
        expect((await scrape()).value("tillhouse_database_up")).toBe(1);
      }),
    ),
  );
});

test("before the database is open there are the metrics of the process", () =>
  withMetrics({ pool: () => undefined, readers: () => undefined }, async ({ scrape }) => {
    const { value, families } = await scrape();
    expect(value("tillhouse_database_up")).toBe(0);
    expect(value("tillhouse_build_info", { version: "0.1.0" })).toBe(1);
    expect(families.get("tillhouse_database_pool_connections")?.samples).toEqual([]);
  }));

test(
  "requests are counted by the routes that there are, whatever is asked for",
  inWarehouse(({ database }) =>
    withMetrics(
      poolsOf(database),
      async ({ origin, scrape }) => {
        for (const path of ["/healthz", "/metrics", `/${TOKEN}`, "/%zz", "/a/b?c=d"])
          await fetch(origin + path);
        await fetch(`${origin}/healthz`, { method: "POST" });
        const { by } = await scrape();
        expect(by("tillhouse_http_requests_total", "status", { route: "/healthz" })).toEqual({
          200: 1,
          405: 1,
        });
        expect(by("tillhouse_http_requests_total", "status", { route: "/metrics" })).toEqual({ 401: 1 });
        expect(Object.keys(by("tillhouse_http_requests_total", "route")).sort()).toEqual([
          ...["/healthz", "/metrics", "none"],
        ]);
        expect(by("tillhouse_http_request_duration_seconds_count", "status", { route: "/healthz" })).toEqual({
          ...{ 200: 1, 405: 1 },
        });
      },
      { httpToken: TOKEN },
    ),
  ),
);

test(
  "pools are told of as they are, and a scrape takes one connection of the reader's",
  inWarehouse(({ database }) =>
    withMetrics(poolsOf(database), async ({ scrape }) => {
      const held = await database.pool.connect();
      try {
        await scrape();
        const { value } = await scrape();
        const connections = (pool: string, state: string): number | undefined =>
          value("tillhouse_database_pool_connections", { pool, state });
        expect(connections("loader", "in_use")).toBe(1);
        expect([connections("reader", "idle"), connections("reader", "in_use")]).toEqual([1, 0]);
        expect(value("tillhouse_database_pool_max_connections", { pool: "reader" })).toBe(5);
        expect(value("tillhouse_database_pool_waiting", { pool: "loader" })).toBe(0);
      } finally {
        held.release();
      }
    }),
  ),
);

/** Has something of everything happen that there is a metric of. */
async function haveEverythingHappen(warehouse: Warehouse): Promise<void> {
  const settings = {
    ...(await checksFile(
      warehouse,
      "models: [{ name: fct_transactions, columns: [{ name: amount, checks: [range: { max: 5 }] }] }]",
    )),
    MAX_REJECT_RATIO: "1",
  };
  await writePlaces(warehouse);
  await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2, amount: "x" }));
  await warehouse.ingest({ settings });
  await verify(warehouse.context(settings, { trigger: "schedule" }));
  const { pool } = warehouse.database;
  const job = { name: "verify", cron: "0 * * * *", timezone: "UTC" };
  await account(pool, job, new Date(), { catchUp: "last", mayEdit: true, isClockSure: true });
  await reconcile(pool, new Date(), { rejectRatio: 0.01 });
}

const labelsOf = ({ samples }: ReadFamily): string[] =>
  [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].filter((label) => label !== "le").sort();

test(
  "what is documented is each metric with its type, its labels and what it says, in their order",
  inWarehouse((warehouse) => {
    const checkReplica = () =>
      Promise.resolve({ status: "ok" as const, standing: { behindS: 0, replayedAt: undefined } });
    const compare = async ({ origin, scrape }: MetricsServer): Promise<void> => {
      await haveEverythingHappen(warehouse);
      await fetch(`${origin}/healthz`);
      const rows = metricsTable().split("\n").slice(2);
      const families = [...(await scrape()).families.values()];
      expect(rows).toHaveLength(families.length);
      // What there is no value of yet has no labels: so it may be with collected garbage.
      const wrong = families.filter((family, index) => {
        const labels =
          family.samples.length === 0 ? undefined : labelsOf(family).map((label) => `\`${label}\``);
        const [, name, type, documented, help] = rows[index]?.split(/(?<!\\) ?\| ?/) ?? [];
        return !(
          name === `\`${family.name}\`` &&
          type === family.type &&
          (labels === undefined || documented === labels.join(", ")) &&
          help === family.help
        );
      });
      expect(wrong).toEqual([]);
    };
    return withMetrics(poolsOf(warehouse.database), compare, { checkReplica });
  }),
);

test(
  "what the README asks of the metrics is there",
  inWarehouse((warehouse) =>
    withMetrics(poolsOf(warehouse.database), async ({ scrape }) => {
      await haveEverythingHappen(warehouse);
      const { families } = await scrape();
      const samples = [...families.values()].flatMap((family) => family.samples);
      const readme = await readFile(join(projectRoot, "README.md"), "utf8");
      const [section = ""] = /\n## Metrics\n[^]*?(?=\n## )/.exec(readme) ?? [];
      const blocks = [...section.matchAll(/```(?:yaml|promql)\n([^]*?)```/g)].map(([, text = ""]) => text);
      const selectors = [...blocks.join("").matchAll(/(tillhouse_\w+)(?:\{(.*?)\})?/g)];
      expect(selectors.length).toBeGreaterThan(6);
      const found = selectors.map(([selector, name, matchers = ""]) => {
        const wanted = [...matchers.matchAll(/(\w+)(!?=)"(.*?)"/g)];
        const isMatch = (labels: Readonly<Record<string, string>>): boolean =>
          wanted.every(([, label = "", is, value]) => (labels[label] === value) === (is === "="));
        return [selector, samples.some((sample) => sample.name === name && isMatch(sample.labels))];
      });
      expect(found.filter(([, isThere]) => isThere !== true)).toEqual([]);
    }),
  ),
);

test(
  "no label is a path, a key, a card or as many as there are records",
  inWarehouse((warehouse) =>
    withMetrics(poolsOf(warehouse.database), async ({ scrape }) => {
      await haveEverythingHappen(warehouse);
      const { families } = await scrape();
      const values = [...families.values()].flatMap(({ samples }) =>
        samples.flatMap(({ labels }) => Object.entries(labels)),
      );
      const known = new Set([
        "job_name",
        "status",
        "state",
        "source",
        "outcome",
        "reason",
        "kind",
        "severity",
        "pool",
      ]);
      for (const name of ["route", "version", "major", "minor", "patch", "type", "space", "le"])
        known.add(name);
      expect(values.filter(([name]) => !known.has(name))).toEqual([]);
      expect(values.filter(([name, value]) => name !== "route" && /[/\\@]|\d{12}/.test(value))).toEqual([]);
    }),
  ),
);

test.each([
  ["a type without help", "# TYPE a gauge\na 1\n"],
  ["a metric twice", "# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n# TYPE a gauge\na 1\n"],
  ["a value twice", '# HELP a b\n# TYPE a gauge\na{b="1"} 1\na{b="1"} 1\n'],
  ["a counter that is not called so", "# HELP a b\n# TYPE a counter\na 1\n"],
  ["a gauge that is called one", "# HELP a_total b\n# TYPE a_total gauge\na_total 1\n"],
  ["milliseconds", "# HELP a_ms b\n# TYPE a_ms gauge\na_ms 1\n"],
  ["a label of Prometheus' own", '# HELP a b\n# TYPE a gauge\na{job="x"} 1\n'],
  ["a quote that is not escaped", '# HELP a b\n# TYPE a gauge\na{b="x"y"} 1\n'],
  ["no number", "# HELP a b\n# TYPE a gauge\na one\n"],
  ["a line without its end", "# HELP a b\n# TYPE a gauge\na 1"],
  [
    "buckets that fall",
    '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
  ],
])("the reader of these tests finds %s", (_what, text) => {
  expect(() => readExposition(text)).toThrow();
});
