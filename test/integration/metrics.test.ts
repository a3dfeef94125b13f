import { describe, expect, jest, test } from "@jest/globals";
import { retention } from "../../jobs/retention.ts";
import { verify } from "../../jobs/verify.ts";
import { TillhouseError } from "../../src/lib/errors.ts";
import { startRun } from "../../src/runs/runLog.ts";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { reconcile } from "../../src/scheduling/alerts/alerts.ts";
import { account, pause } from "../../src/scheduling/jobSchedules.ts";
import { checksFile } from "../fixtures/checksFile.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { poolsOf, withMetrics, type MetricsServer, type Scrape } from "../fixtures/metrics.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { devicesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withUndone } from "../fixtures/undo.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;

/** Makes a test body out of one that takes a warehouse and what is scraped of it. */
const inScrapedWarehouse = (
  body: (warehouse: Warehouse, server: MetricsServer) => Promise<void>,
  options: { tampered?: boolean } = {},
): (() => Promise<void>) =>
  inWarehouse(
    (warehouse) => withMetrics(poolsOf(warehouse.database), (server) => body(warehouse, server)),
    options,
  );

/** Loads that come to every outcome: two sales wait for their device, one cannot be read, one is corrected, one is repeated. */
async function loadOfEverything(warehouse: Warehouse): Promise<void> {
  const { files, ingest } = warehouse;
  await writePlaces(warehouse);
  const broken = { id: 5, amount: "1,5" };
  await files.write(
    "transactions-2026-01-01.csv",
    transactionsFile({ id: 1 }, { id: 2 }, { id: 2, amount: "11" }, { id: 3, device_id: 9 }, broken),
  );
  await ingest({ settings: { MAX_REJECT_RATIO: "1" } });
  await files.write(
    "transactions-2026-01-02.csv",
    transactionsFile({ id: 1, amount: "12" }, { id: 2, amount: "11" }),
  );
  await files.write("devices-2.csv", devicesFile({ id: 9 }));
  await ingest();
}

/** What the log of runs says: sums of all that each run read. */
async function sumsOfRuns({ rows }: Warehouse): Promise<Record<string, Record<string, number>>> {
  const sums = await rows<{ source: string; sums: Record<string, number> }>(`
    SELECT sources.source::text, json_build_object(
      'loaded', coalesce(sum(loaded), 0), 'already_present', coalesce(sum(already_present), 0),
      'corrected', coalesce(sum(corrected), 0), 'superseded', coalesce(sum(superseded), 0),
      'rejected', coalesce(sum(rejected), 0), 'bytes', coalesce(sum(bytes_read), 0)) AS sums
    FROM unnest(enum_range(NULL::operations.source)) AS sources (source) LEFT JOIN operations.run_files USING (source)
    GROUP BY sources.source`);
  return Object.fromEntries(sums.map((row) => [row.source, row.sums]));
}

/** The same as it was scraped. */
function sumsOf(scrape: Scrape): Record<string, Record<string, number>> {
  const bytes = scrape.by("tillhouse_read_bytes_total", "source");
  return Object.fromEntries(
    ["stores", "devices", "transactions"].map((source) => {
      const { resolved, ...outcomes } = scrape.by("tillhouse_records_total", "outcome", { source });
      expect(resolved).toEqual(expect.any(Number));
      return [source, { ...outcomes, bytes: bytes[source] ?? NaN }];
    }),
  );
}

/** Every value of a counter, or of a part of a histogram that only rises, by name and labels. */
function risingOf(scrape: Scrape): Map<string, number> {
  const rising = [...scrape.families.values()].filter(({ type }) => type !== "gauge");
  return new Map(
    rising.flatMap(({ samples }) =>
      samples.map(({ name, labels, value }): [string, number] => [name + JSON.stringify(labels), value]),
    ),
  );
}

function expectNothingFell(before: Scrape, after: Scrape): void {
  const now = risingOf(after);
  const fallen = [...risingOf(before)].filter(([series, value]) => (now.get(series) ?? -1) < value);
  expect(fallen).toEqual([]);
}

describe("the metrics of the database", () => {
  test(
    "are, of records and bytes, what the log of runs says, and stay so when a run is taken back",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      await loadOfEverything(warehouse);

      const loaded = await scrape();
      expect(loaded.by("tillhouse_records_total", "outcome", { source: "transactions" })).toEqual({
        ...{ loaded: 2, already_present: 1, corrected: 1, superseded: 1, rejected: 2, resolved: 1 },
      });
      expect(sumsOf(loaded)).toEqual(await sumsOfRuns(warehouse));
      expect(loaded.value("tillhouse_watermark", { source: "transactions" })).toBe(3);
      expect(loaded.value("tillhouse_newest_sale_day_timestamp_seconds")).toBe(
        Date.parse("2022-02-01T00:00:00Z") / 1000,
      );
      expect(loaded.by("tillhouse_quarantined_records", "reason", { state: "rejected" })).toEqual({
        bad_amount: 1,
      });
      expect(loaded.by("tillhouse_quarantined_records", "reason", { state: "resolved" })).toEqual({
        unknown_device: 1,
      });

      await withUndone(warehouse, async (undo) => {
        await undo();
      });

      const undone = await scrape();
      expectNothingFell(loaded, undone);
      expect(sumsOf(undone)).toEqual(sumsOf(loaded));
      expect(undone.by("tillhouse_quarantined_records", "reason", { state: "waiting" })).toEqual({
        unknown_device: 1,
      });
      expect(undone.by("tillhouse_runs_total", "job_name", { status: "succeeded" })).toEqual({
        ...{ ingest: 2, undo: 1 },
      });
    }),
  );

  test(
    "are what it says after a backfill, a replay and chunk by chunk, and a dry run leaves them",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      await loadOfEverything(warehouse);
      await warehouse.ingest({ range: { fromId: 1, toId: 2 } });
      const before = sumsOf(await scrape());
      await warehouse.files.write("transactions-3.csv", transactionsFile({ id: 20 }));
      await warehouse.ingest({ dryRun: true });
      expect(sumsOf(await scrape())).toEqual(before);
      await warehouse.ingest({ settings: { CHUNK_RECORDS: "1" } });
      await warehouse.replay();
      const after = await scrape();
      expect(sumsOf(after)).toEqual(await sumsOfRuns(warehouse));
      const resolved = await warehouse.rows<{ resolved: string }>(
        "SELECT sum(resolved)::text AS resolved FROM operations.runs",
      );
      const scraped = after.by("tillhouse_records_total", "source", { outcome: "resolved" });
      expect(Object.values(scraped).reduce((sum, value) => sum + value, 0)).toBe(
        Number(resolved[0]?.resolved),
      );
    }),
  );

  test(
    "count each run by how it ended, with its length: succeeded, failed, stopped, killed",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      const { database, files, ingest, context } = warehouse;
      await writePlaces(warehouse);
      await ingest();
      await files.write("transactions.csv", transactionsFile({ id: 1, amount: "x" }));
      await ingest({ settings: { MAX_REJECT_RATIO: "0" } });
      expect(await ingest({ stopping: AbortSignal.abort() })).toMatchObject({ status: "stopped" });
      // One that dies: the next one finds it, an hour later.
      const { logger } = context();
      const dead = { database, logger, job: "ingest", trigger: "manual", parameters: {} } as const;
      await startRun({ ...dead, clock: movedClock(-3_600_000), lockName: "warehouse" });
      await warehouse.rows(
        "UPDATE operations.runs SET heartbeat_at = started_at + interval '3 seconds' WHERE status = 'running'",
      );
      expect(
        await scrape().then((one) => one.by("tillhouse_job_state", "state", { job_name: "ingest" })),
      ).toEqual({
        ...{ running: 1, paused: 0, retrying: 0, due: 0 },
      });
      await files.remove("transactions.csv");
      await ingest();

      const scraped = await scrape();
      const runs = await warehouse.rows<{ status: string; runs: number; seconds: number; ended: number }>(`
        SELECT status::text, count(*)::integer AS runs,
          sum(
            extract(epoch FROM CASE status WHEN 'killed' THEN heartbeat_at ELSE finished_at END - started_at)
          )::double precision AS seconds,
          max(extract(epoch FROM finished_at))::double precision AS ended
        FROM operations.runs GROUP BY status`);
      expect(Object.fromEntries(runs.map((row) => [row.status, row.runs]))).toEqual({
        ...{ succeeded: 2, failed: 1, stopped: 1, killed: 1 },
      });
      for (const { status, runs: count, seconds, ended } of runs) {
        const labels = { job_name: "ingest", status };
        expect(scraped.value("tillhouse_runs_total", labels)).toBe(count);
        expect(scraped.value("tillhouse_run_duration_seconds_count", labels)).toBe(count);
        expect(scraped.value("tillhouse_run_duration_seconds_sum", labels)).toBeCloseTo(seconds, 6);
        expect(scraped.value("tillhouse_run_duration_seconds_bucket", { ...labels, le: "60" })).toBe(count);
        expect(scraped.value("tillhouse_run_last_end_timestamp_seconds", labels)).toBeCloseTo(ended, 3);
      }
    }),
  );

  test(
    "count runs and due times that retention has dropped: no counter falls",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      await loadOfEverything(warehouse);
      await verify(warehouse.context());
      const job = { name: "verify", cron: "0 * * * *", timezone: "UTC" };
      const accounting = { catchUp: "last", mayEdit: true, isClockSure: true } as const;
      const now = Date.now();
      for (const hours of [0, 5])
        await account(warehouse.database.pool, job, new Date(now + hours * 3_600_000), accounting);
      const before = await scrape();
      expect(before.by("tillhouse_due_times_missed_total", "job_name")).toEqual({ verify: 4 });
      expect(before.value("tillhouse_job_state", { job_name: "verify", state: "due" })).toBe(1);

      const late = { clock: movedClock(91 * DAY_MS) };
      await retention(warehouse.context({}, late));

      const [left] = await warehouse.rows<{ runs: number; passed: number; resolved: number }>(`SELECT
        (SELECT count(*) FROM operations.runs WHERE job = 'verify')::integer AS runs,
        (SELECT count(*) FROM operations.job_slots_passed)::integer AS passed,
        (SELECT count(*) FROM operations.quarantine WHERE state = 'resolved')::integer AS resolved`);
      expect(left).toEqual({ runs: 0, passed: 0, resolved: 0 });
      const after = await scrape();
      expectNothingFell(before, after);
      expect(after.value("tillhouse_runs_total", { job_name: "verify", status: "succeeded" })).toBe(1);
      expect(after.by("tillhouse_due_times_missed_total", "job_name")).toEqual({ verify: 4 });
    }),
  );

  test(
    "say how a job stands that is paused, or failed and is to be tried again",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      const { database, context } = warehouse;
      const job = { name: "ingest", cron: "0 * * * *", timezone: "UTC" };
      const accounting = { catchUp: "last", mayEdit: true, isClockSure: true } as const;
      const now = Date.now();
      const at = new Date(now + 3_600_000);
      await account(database.pool, job, new Date(now), accounting);
      const { due } = await account(database.pool, job, at, accounting);
      const states = async (): Promise<string[]> =>
        Object.entries((await scrape()).by("tillhouse_job_state", "state", { job_name: "ingest" })).flatMap(
          ([state, is]) => (is === 1 ? [state] : []),
        );
      expect(await states()).toEqual(["due"]);
      const lock = await takeWarehouseLock(database.entry, at);
      const { logger } = context();
      const run = await startRun({
        ...{ database, clock: movedClock(3_600_000), logger, job: "ingest", trigger: "schedule" },
        ...{ parameters: {}, lockName: "warehouse" },
        slot: { dueAt: due[0] ?? at, doesForEarlier: true },
      });
      expect(await states()).toEqual(["running"]);
      await run.finish("failed", new TillhouseError("database_connection_lost", "gone"));
      await lock?.release();
      expect(await states()).toEqual(["retrying"]);
      await pause(database.pool, job, "last", at);
      expect(await states()).toEqual(["paused", "retrying"]);
    }),
  );

  test(
    "say how long ago something new of a source came, of runs that stand alone",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      const { files, ingest } = warehouse;
      expect((await scrape()).by("tillhouse_source_lag_seconds", "source")).toEqual({});
      await writePlaces(warehouse);
      await files.write("transactions-1.csv", transactionsFile({ id: 1 }));
      await ingest({ clock: movedClock(-3_600_000) });
      await files.write("transactions-2.csv", transactionsFile({ id: 2 }));
      await ingest();
      const fresh = (await scrape()).by("tillhouse_source_lag_seconds", "source");
      expect(fresh["stores"]).toBeGreaterThan(3_500);
      expect(fresh["transactions"]).toBeLessThan(60);
      await withUndone(warehouse, async (undo) => {
        await undo();
      });
      const scraped = await scrape();
      const lag = scraped.value("tillhouse_source_lag_seconds", { source: "transactions" }) ?? 0;
      expect(lag).toBeGreaterThan(3_500);
      const at =
        scraped.value("tillhouse_source_newest_load_timestamp_seconds", { source: "transactions" }) ?? 0;
      expect(Math.abs(Date.now() / 1000 - at - lag)).toBeLessThan(30);
    }),
  );

  test(
    "say what declared checks found when they were last judged, and what alerts are open",
    inScrapedWarehouse(async (warehouse, { scrape }) => {
      const settings = await checksFile(
        warehouse,
        `models:
  - name: fct_transactions
    columns:
      - name: amount
        checks: [not_null, range: { max: 5 }, range: { max: 1, severity: warn, name: warned }]
`,
      );
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest({ settings });
      expect((await scrape()).by("tillhouse_checks", "status")).toEqual({ passed: 0, warned: 0, failed: 0 });
      await verify(warehouse.context(settings, { trigger: "schedule" }));
      expect((await scrape()).by("tillhouse_checks", "status")).toEqual({ passed: 1, warned: 1, failed: 1 });

      const look = async (): Promise<Record<string, number>> => {
        await reconcile(warehouse.database.pool, new Date(), { rejectRatio: 0.01 });
        return (await scrape()).by("tillhouse_alerts_open", "kind");
      };
      expect(await look()).toEqual({ check_failed: 1, check_warned: 1 });
      const mended = transactionsFile({ id: 1, amount: "0.50" });
      await warehouse.files.write("transactions.csv", mended);
      await warehouse.ingest({ settings });
      await verify(warehouse.context(settings));
      expect(await look()).toEqual({ check_failed: 0, check_warned: 0 });
    }),
  );
});
