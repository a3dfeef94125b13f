import { describe, expect, jest, test } from "@jest/globals";
import { trials } from "../fixtures/trials.ts";
import { addGeneratedFiles, expectTruth } from "./generatedFiles.ts";
import { runForJson, start, type Program } from "./programs.ts";
import { NO_SERVER_PROCESSES, postmasterIn, processesOf, signalAll } from "./serverProcesses.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(180_000);

const ROWS = 20_000;

/** A load that has committed a chunk of transactions and has more before it. */
async function startLoad(entry: "cli" | "scheduler", { environment }: Workplace): Promise<Program> {
  const chunks = { CHUNK_RECORDS: "1000", WORKERS: "2" };
  const settings = { ...environment, ...chunks, INGEST_CRON: "* * * * * *", LOG_LEVEL: "debug" };
  const load = start(entry, entry === "cli" ? ["ingest", "--json"] : [], settings);
  await load.untilItSays(/"file":"transactions.csv".*"chunk committed"/);
  return load;
}

const ENDINGS = [
  ["scheduler", "SIGINT", 2, 0],
  ["cli", "SIGTERM", 1, 1],
  ["scheduler", "SIGTERM", 1, 0],
] as const;

describe.each(ENDINGS.slice(0, trials({ quick: 2, all: ENDINGS.length })))(
  "%s in the middle of a load, %s × %d",
  (entry, signal, times, exitCode) => {
    test(`ends with exit code ${exitCode}, and the next run completes the work`, async () => {
      const place = await migratedWorkplace();
      const url = await holdServer(place);
      const truth = await addGeneratedFiles(place, ROWS);

      const load = await startLoad(entry, place);
      load.child.kill(signal);
      if (times === 2) {
        await load.untilItSays(/SIG(TERM|INT): /);
        load.child.kill(signal);
      }
      await expect(load.ended).resolves.toMatchObject({ exitCode, signal: null });
      const { runs } = await runForJson<{ runs: unknown[] }>(["runs", "--json"], place.environment);
      expect(runs[0]).toMatchObject({ status: "stopped", error: { code: "run_stopped" } });
      const [facts] = await query<{ facts: number }>(
        url,
        "SELECT count(*)::integer AS facts FROM ingestion_layer.fct_transactions",
      );
      expect(facts?.facts).toBeGreaterThan(0);
      expect(facts?.facts).toBeLessThan(ROWS);
      await expect(runForJson(["verify", "--json"], place.environment)).resolves.toMatchObject({
        status: "verified",
      });

      await runForJson(["ingest", "--json"], place.environment);
      await expectTruth(truth, place, url);
    });
  },
);

(NO_SERVER_PROCESSES === undefined ? test : test.skip)(
  "a database that answers nothing keeps no daemon from ending",
  async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    const truth = await addGeneratedFiles(place, ROWS);
    const daemon = await startLoad("scheduler", place);
    const paused = processesOf(postmasterIn(place.stateDir));
    signalAll(paused, "SIGSTOP");
    try {
      daemon.child.kill("SIGTERM");
      await expect(daemon.ended).resolves.toMatchObject({ signal: null });
    } finally {
      signalAll(paused, "SIGCONT");
    }
    await runForJson(["ingest", "--json"], place.environment);
    await expectTruth(truth, place, url);
  },
);
