import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { onServer } from "../fixtures/testRun.ts";
import { eventually } from "../processes/eventually.ts";
import { run, start, type Program } from "../processes/programs.ts";
import { query } from "../processes/workplace.ts";
import { faultTally } from "./harness/faultTally.ts";
import { judge } from "./harness/oracle.ts";
import { ownServer } from "./harness/ownServer.ts";
import { LOCKED, secondsSince } from "./harness/recovery.ts";
import { FEW_ROWS, sharedFiles } from "./harness/sharedFiles.ts";
import { numbered, trials } from "../fixtures/trials.ts";

jest.setTimeout(300_000);

const DAEMONS = trials({ quick: 4, all: 20 });
const MANUAL_RUNS = trials({ quick: 2, all: 5 });

// Sessions of so many programs are nearly all that a server of its settings takes.
const server = ownServer();
const files = sharedFiles(FEW_ROWS);
const tally = faultTally(`${DAEMONS} daemons and ${MANUAL_RUNS} manual runs at once`);

const WAREHOUSE_LOCK = "1953066092, 1";
const waits = (daemon: Program): number => daemon.said().split('"waits: another run is at work"').length - 1;

test("of many daemons and manual runs one loads; daemons wait, manual runs end with exit code 3", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-many-"));
  await server.withDatabase(async (url) => {
    const settings = { ...files().into(url), DATA_DIR: join(folder, "data"), WORKERS: "1" };
    await cp(files().dataDir, settings.DATA_DIR, { recursive: true });

    let daemons: Program[] = [];
    let letGo = 0;
    await onServer(url, async (holder) => {
      // Until all daemons are at work nobody gets the lock; then one does, and stays in its first chunk.
      await holder.query(`SELECT pg_advisory_lock(${WAREHOUSE_LOCK})`);
      daemons = numbered(DAEMONS).map(() =>
        start("scheduler", [], { ...settings, INGEST_CRON: "* * * * * *" }),
      );
      await eventually("every daemon has asked for the lock", () => daemons.every((one) => waits(one) > 0));
      await holder.query("BEGIN");
      await holder.query("LOCK TABLE ingestion_layer.dim_stores IN EXCLUSIVE MODE");
      await holder.query(`SELECT pg_advisory_unlock(${WAREHOUSE_LOCK})`);
      await eventually("one run is in its first chunk", async () => {
        const { rowCount } = await holder.query(
          "SELECT FROM pg_locks WHERE NOT granted AND relation = 'ingestion_layer.dim_stores'::regclass",
        );
        return (rowCount ?? 0) > 0;
      });

      const before = daemons.map(waits);
      const manual = await Promise.all(numbered(MANUAL_RUNS).map(() => run(["ingest", "--json"], settings)));
      expect(manual.map(({ exitCode }) => exitCode)).toEqual(manual.map(() => LOCKED));
      const others = (): number => daemons.filter((one, index) => waits(one) > (before[index] ?? 0)).length;
      await eventually(
        () => `all daemons but one have found it taken, not ${others()} of ${DAEMONS}`,
        () => others() === DAEMONS - 1,
      );
      letGo = performance.now();
      await holder.query("ROLLBACK");
    });
    await eventually("all is loaded", async () => {
      const open = await query(url, `SELECT FROM operations.runs WHERE loaded > 0 AND status = 'succeeded'`);
      return open.length > 0;
    });
    const seconds = secondsSince(letGo);
    // The others have their turns, and find nothing to do.
    await eventually("further runs have ended", async () => {
      const further = await query(url, "SELECT FROM operations.runs WHERE status = 'succeeded'");
      return further.length > 2;
    });
    for (const daemon of daemons) daemon.child.kill("SIGTERM");
    const ends = await Promise.all(daemons.map(({ ended }) => ended));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual(ends.map(() => 0));

    const overlapping = await query(
      url,
      `SELECT one.run_id, other.run_id AS other_run_id FROM operations.runs AS one
       JOIN operations.runs AS other
         ON one.run_id < other.run_id AND one.finished_at > other.started_at`,
    );
    expect(overlapping).toEqual([]);
    const loading = await query<{ run_id: number }>(
      url,
      "SELECT DISTINCT run_id FROM operations.file_ranges",
    );
    expect(loading).toHaveLength(1);
    tally.add(await judge(url, files().expected, seconds));
  });
  await rm(folder, { recursive: true, force: true });
});
