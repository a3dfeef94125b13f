import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { eventually } from "./eventually.ts";
import { holdLoads } from "./heldLoad.ts";
import { run, runForJson, start, type Program } from "./programs.ts";
import {
  addSampleFiles,
  freshWorkplace,
  holdServer,
  migratedWorkplace,
  query,
  type Workplace,
} from "./workplace.ts";

jest.setTimeout(180_000);

const EVERY_SECOND = "* * * * * *";
const factsIn = async (url: string): Promise<number> => {
  const rows = await query<{ facts: number }>(
    url,
    "SELECT count(*)::integer AS facts FROM ingestion_layer.fct_transactions",
  );
  return rows[0]?.facts ?? -1;
};

function startDaemon({ environment }: Workplace): Program {
  return start("scheduler", [], { ...environment, INGEST_CRON: EVERY_SECOND });
}

async function expectCleanEnd(daemon: Program, signal: NodeJS.Signals): Promise<void> {
  daemon.child.kill(signal);
  const { stderr, ...ended } = await daemon.ended;
  if (ended.exitCode !== 0) throw new Error(`it did not end well:\n${stderr}`);
  expect(ended).toEqual({ exitCode: 0, signal: null, stdout: "" });
  expect(daemon.said()).toContain(`${signal}: stopping`);
}

const serverRuns = ({ stateDir }: Workplace): boolean =>
  existsSync(join(stateDir, "postgres", "data", "postmaster.pid"));

describe("the daemon", () => {
  test("picks up a file that is dropped while it runs, and one that grows, and leaves no server behind", async () => {
    const place = await migratedWorkplace();
    const daemon = startDaemon(place);
    await daemon.untilItSays(/"run ended"/);
    await addSampleFiles(place);
    await daemon.untilItSays(/"loaded":1800,"message":"run ended"/);

    const extra =
      "9001,1,Late soap,3770009015999,Home,7.50,accepted,4242424242424242,123,05/01/2024 9:00:00,05/01/2024 9:00:00\n";
    const header =
      "id,device_id,product_name,product_sku,category_name,amount,status,card_number,cvv,created_at,happened_at\n";
    await writeFile(join(place.folder, "partial"), header + extra);
    await rename(join(place.folder, "partial"), join(place.dataDir, "transactions-2.csv"));
    await daemon.untilItSays(/"loaded":1,"message":"run ended"/);

    await expectCleanEnd(daemon, "SIGTERM");
    expect(serverRuns(place)).toBe(false);
  });

  test("waits while another process loads, and manual runs say so with exit code 3", async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    await addSampleFiles(place);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("SELECT pg_advisory_lock($1, 1)", [0x74696c6c]);

    const daemons = [startDaemon(place), startDaemon(place)];
    await Promise.all(daemons.map((daemon) => daemon.untilItSays(/waits: another run is at work/)));
    const manual = await run(["ingest", "--json"], place.environment);
    expect(manual.exitCode).toBe(3);
    expect(JSON.parse(manual.stdout)).toMatchObject({ status: "failed", error: { code: "run_locked" } });
    expect(manual.stderr).toMatch(/^run_locked: Another run is at work/m);
    expect(await factsIn(url)).toBe(0);

    await other.end();
    await eventually("one daemon has loaded", async () => (await factsIn(url)) === 1500);
    await Promise.all(daemons.map((daemon) => daemon.untilItSays(/"run ended"/)));
    for (const daemon of daemons) await expectCleanEnd(daemon, "SIGINT");
    const { runs } = await runForJson<{ runs: { loaded: number }[] }>(["runs", "--json"], place.environment);
    expect(runs.filter(({ loaded }) => loaded > 0)).toEqual([expect.objectContaining({ loaded: 1800 })]);
  });

  test("killed in the middle of a run, is followed by one that does its work, and what it was due for is settled", async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    await addSampleFiles(place);
    const held = await holdLoads(url);
    const killed = startDaemon(place);
    await held.untilOneWaits();
    killed.child.kill("SIGKILL");
    await killed.ended;
    await held.letGo();
    // Within its second, what it was due for would be done once more.
    await eventually("the next due time has come", async () => {
      const later = await query(
        url,
        "SELECT FROM operations.job_slots WHERE job = 'ingest' HAVING now() > max(due_at) + interval '1 s'",
      );
      return later.length > 0;
    });

    const daemon = startDaemon(place);
    await daemon.untilItSays(/"loaded":1\d{3},"message":"run ended"/);
    await expectCleanEnd(daemon, "SIGTERM");

    expect(await factsIn(url)).toBe(1500);
    const [first] = await query(
      url,
      `SELECT runs.status, slots.state, slots.attempts
       FROM operations.runs JOIN operations.job_slots AS slots USING (job, due_at) ORDER BY run_id`,
    );
    expect(first).toEqual({ status: "killed", state: "passed", attempts: 1 });
    expect(
      await query(url, "SELECT FROM operations.runs WHERE trigger = 'schedule' AND due_at IS NULL"),
    ).toEqual([]);
  });

  test("opens the database again after db:stop, and goes on", async () => {
    const place = await migratedWorkplace();
    const daemon = startDaemon(place);
    await daemon.untilItSays(/"run ended"/);
    await expect(run(["stop"], place.environment)).resolves.toMatchObject({
      exitCode: 0,
      stdout: "The embedded server is stopped.\n",
    });
    await addSampleFiles(place);
    await daemon.untilItSays(/"loaded":1800,"message":"run ended"/);
    await expectCleanEnd(daemon, "SIGTERM");
    expect(serverRuns(place)).toBe(false);
  });

  test("told to stop while it starts, ends well and leaves no server behind", async () => {
    const place = await freshWorkplace();
    const daemon = startDaemon(place);
    await daemon.untilItSays(/preparing the database/);
    await expectCleanEnd(daemon, "SIGTERM");
    expect(serverRuns(place)).toBe(false);
  });
});
