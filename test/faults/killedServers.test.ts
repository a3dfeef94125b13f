import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { eventually } from "../processes/eventually.ts";
import { leftovers } from "../processes/generatedFiles.ts";
import { start, type Program } from "../processes/programs.ts";
import { holdServer, migratedWorkplace, query } from "../processes/workplace.ts";
import { faultTally } from "./harness/faultTally.ts";
import { judge } from "./harness/oracle.ts";
import { onceItAnswers, ownServer } from "./harness/ownServer.ts";
import { judgeSurvivor, resumeWork, secondsSince } from "./harness/recovery.ts";
import { killServer, NO_SERVER_PROCESSES, postmasterIn, signalAll } from "../processes/serverProcesses.ts";
import { FEW_ROWS, sharedFiles } from "./harness/sharedFiles.ts";
import { numbered, trials } from "../fixtures/trials.ts";

jest.setTimeout(300_000);

const BACKENDS = trials({ quick: 1, all: 50 });
const SERVERS = trials({ quick: 1, all: 50 });
const BOTH = trials({ quick: 1, all: 10 });
const EMBEDDED = trials({ quick: 1, all: 5 });

const files = sharedFiles(FEW_ROWS);
const firstChunk = /"file":"transactions.csv".*"chunk committed"/;

if (NO_SERVER_PROCESSES !== undefined) {
  test.skip(`no process of a server is killed: ${NO_SERVER_PROCESSES}`, () => undefined);
} else {
  describe("a load into a server of the user's own", () => {
    const server = ownServer();
    let loadMs = 0;

    /** Starts a load, and waits until it is under way and then as long as it takes it to get to a moment of its time. */
    async function loadUntil(url: string, share: number): Promise<Program> {
      const loader = start("cli", ["ingest", "--json"], files().into(url));
      await eventually("a run is under way", async () => {
        const [run] = await query(url, "SELECT FROM operations.runs");
        return run !== undefined;
      });
      await Promise.race([pause(share * loadMs), loader.ended]);
      return loader;
    }

    beforeAll(async () => {
      loadMs = await server.withDatabase(async (url) => {
        const loader = await loadUntil(url, 0);
        const started = performance.now();
        await loader.ended;
        return performance.now() - started;
      });
    });

    /** A moment in each part of the load's time, so that few trials cover all of it. */
    const shareOf = (trial: number, count: number): number => (trial - Math.random()) / count;

    describe("of which a session's process is killed (SIGKILL), so that all sessions end,", () => {
      const tally = faultTally("backend of PostgreSQL killed");

      test.each(numbered(BACKENDS))("goes on by itself (%d)", async (trial) => {
        await server.withDatabase(async (url) => {
          const loader = await loadUntil(url, shareOf(trial, BACKENDS));
          const sessions = await query<{ pid: number }>(
            url,
            `SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'tillhouse%' ORDER BY random() LIMIT 1`,
          );
          const killed = performance.now();
          signalAll(
            sessions.map(({ pid }) => pid),
            "SIGKILL",
          );
          if (sessions.length > 0) await onceItAnswers(url);
          tally.add(await judgeSurvivor(loader, killed, url, files()));
        });
      });
    });

    describe("that is killed with all its processes (SIGKILL)", () => {
      const tally = faultTally("PostgreSQL killed with all its processes");

      test.each(numbered(SERVERS))("goes on by itself when it is back (%d)", async (trial) => {
        await server.withDatabase(async (url) => {
          const loader = await loadUntil(url, shareOf(trial, SERVERS));
          await server.kill();
          await pause(Math.random() * 1_000);
          await server.start();
          tally.add(await judgeSurvivor(loader, performance.now(), url, files()));
        });
      });
    });

    describe("that is killed with all its processes, and so is the loader,", () => {
      const tally = faultTally("PostgreSQL and the loader killed");

      test.each(numbered(BOTH))(
        "is completed by the next run, which clears away what is left (%d)",
        async () => {
          await server.withDatabase(async (url) => {
            const loader = start("cli", ["ingest", "--json"], { ...files().into(url), LOG_LEVEL: "debug" });
            await loader.untilItSays(firstChunk);
            await server.kill();
            loader.child.kill("SIGKILL");
            await loader.ended;
            await server.start();
            // No session of theirs could tidy up: their tables stand without them.
            expect(await leftovers(url)).toContainEqual({ kind: "staging", name: "staged_transactions" });
            tally.add(await judge(url, files().expected, await resumeWork(files().into(url))));
          });
        },
      );
    });
  });

  describe("a load into the embedded server", () => {
    const tally = faultTally("embedded server killed under the run that started it");

    test.each(numbered(EMBEDDED))("starts the server again when it is killed (%d)", async () => {
      const place = await migratedWorkplace();
      const settings = { ...files().into(""), DATABASE_URL: undefined, STATE_DIR: place.stateDir };
      const loader = start("cli", ["ingest", "--json"], { ...settings, LOG_LEVEL: "debug" });
      await loader.untilItSays(firstChunk);
      killServer(postmasterIn(place.stateDir));
      const killed = performance.now();
      const { exitCode } = await loader.ended;
      const seconds = secondsSince(killed);
      const url = await holdServer(place);
      if (exitCode !== 0) await resumeWork(settings);
      const verdict = await judge(url, files().expected, seconds);
      const stuck = exitCode === 0 ? [] : [`the run did not go on by itself: exit code ${String(exitCode)}`];
      tally.add({ ...verdict, stuck: [...stuck, ...verdict.stuck] });
    });
  });
}
