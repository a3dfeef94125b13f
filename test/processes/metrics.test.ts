import { expect, jest, test } from "@jest/globals";
import { freePort } from "../fixtures/httpClient.ts";
import { scrapeAt } from "../fixtures/metrics.ts";
import { eventually } from "./eventually.ts";
import { holdLoads } from "./heldLoad.ts";
import { start } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace } from "./workplace.ts";

jest.setTimeout(180_000);

const TOKEN = "0123456789abcdef".repeat(3);
/** The daemon is to run nothing by itself meanwhile. */
const YEARLY = "0 0 1 1 *";

interface LoadJson {
  readonly files: readonly { readonly source: string; readonly loaded: number }[];
}

test("a daemon is scraped before, during and after a load by hand, for those alone who know its token", async () => {
  const [place, port] = [await migratedWorkplace(), await freePort()];
  await addSampleFiles(place);
  const url = await holdServer(place);
  const daemon = start("scheduler", [], {
    ...place.environment,
    ...{ HTTP_PORT: String(port), HTTP_TOKEN: TOKEN },
    ...{ INGEST_CRON: YEARLY, VERIFY_CRON: YEARLY, FRESHNESS_CRON: YEARLY, RETENTION_CRON: YEARLY },
  });
  const origin = `http://127.0.0.1:${port}`;
  const scrape = () => scrapeAt(origin, TOKEN);
  await daemon.untilItSays(/answers over HTTP/);
  const before = await eventually("its database is open, and jobs are due", async () => {
    const scraped = await scrape();
    return Object.keys(scraped.by("tillhouse_job_state", "job_name")).length === 4 && scraped;
  });
  expect((await fetch(`${origin}/metrics`)).status).toBe(401);
  expect(before.value("tillhouse_database_up")).toBe(1);
  expect(before.by("tillhouse_runs_total", "job_name")).toEqual({});

  const held = await holdLoads(url);
  const load = start("cli", ["ingest", "--json"], place.environment);
  await held.untilOneWaits();
  const during = await scrape();
  expect(during.by("tillhouse_job_state", "state", { job_name: "ingest" })).toMatchObject({ running: 1 });
  expect(during.value("tillhouse_records_total", { source: "stores", outcome: "loaded" })).toBe(0);
  await held.letGo();
  const { exitCode, stdout } = await load.ended;
  expect(exitCode).toBe(0);

  const after = await scrape();
  const { files } = JSON.parse(stdout) as LoadJson;
  expect(files).toHaveLength(3);
  for (const { source, loaded } of files)
    expect(after.value("tillhouse_records_total", { source, outcome: "loaded" })).toBe(loaded);
  expect(after.value("tillhouse_runs_total", { job_name: "ingest", status: "succeeded" })).toBe(1);
  expect(after.value("tillhouse_job_state", { job_name: "ingest", state: "running" })).toBe(0);
  expect(after.value("tillhouse_http_requests_total", { route: "/metrics", status: "401" })).toBe(1);
  expect(after.by("nodejs_gc_duration_seconds_count", "kind")).not.toEqual({});
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toMatchObject({ exitCode: 0 });
  expect(daemon.said()).not.toContain(TOKEN);
});
