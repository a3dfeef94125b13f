import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { gz, ndjsonOf, zst } from "../fixtures/carriers.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { runForJson, start, type Environment } from "../processes/programs.ts";
import { BOUNDARIES, BOUNDARIES_OF_THREADS, type Boundary } from "./harness/boundaries.ts";
import { withDatabaseProxy } from "./harness/databaseProxy.ts";
import { faultTally, type Verdict } from "./harness/faultTally.ts";
import { killAt, killAtEach } from "./harness/kills.ts";
import { judge } from "./harness/oracle.ts";
import { resumeWork } from "./harness/recovery.ts";
import { FEW_ROWS, ROWS_FOR_THREADS, sharedFiles, type SharedFiles } from "./harness/sharedFiles.ts";
import { numbered, trials } from "../fixtures/trials.ts";
import { xlsxOf } from "../fixtures/workbooks/xlsxOf.ts";

jest.setTimeout(600_000);

// Each boundary is met 20 times in all: by loads that are killed at all of them, and by such as are killed at one.
const AT_ALL_BOUNDARIES = trials({ quick: 1, all: 16 });
const AT_ONE_BOUNDARY = trials({ quick: 0, all: 4 });
const AT_ONE_OF_THREADS = trials({ quick: 1, all: 20 });
const IN_OTHER_CARRIERS = trials({ quick: 1, all: 10 });
const RANDOM_MOMENTS = trials({ quick: 1, all: 200 });

/** What is broken as CSV cannot be written as NDJSON. */
const READABLE_DEFECTS = ["--late", "0.02", "--repeated", "0.02", "--orphan", "0.01"];

const INGEST = ["ingest", "--json"];
const load = (environment: Environment) => start("cli", INGEST, environment);

/** Kills a load of the files once. */
function killAtOne(boundary: Boundary, occurrence: number, files: SharedFiles): Promise<Verdict> {
  return withTestDatabase(async (url) => {
    const { signal } = await withDatabaseProxy(url, (proxy) =>
      killAt(boundary, occurrence, proxy, INGEST, files.into(proxy.url)),
    );
    expect(signal).toBe("SIGKILL");
    return judge(url, files.expected, await resumeWork(files.into(url)));
  });
}

/** Loads the files undisturbed, and tells which boundaries it did not come by so often: their trials could not be made. */
async function expectToBeMet(boundaries: readonly Boundary[], files: SharedFiles): Promise<void> {
  await withTestDatabase((url) =>
    withDatabaseProxy(url, async (proxy) => {
      const met = boundaries.map((boundary) => ({
        name: boundary.name,
        ambush: proxy.ambush({ ...boundary, occurrence: boundary.times, act: () => undefined }),
      }));
      await runForJson(INGEST, files.into(proxy.url));
      expect(met.filter(({ ambush }) => !ambush.wasReached).map(({ name }) => name)).toEqual([]);
    }),
  );
}

/** Each boundary so often, at one after the other of the times that it is passed. */
function eachBoundary(boundaries: readonly Boundary[], count: number): [string, number, Boundary][] {
  return boundaries.flatMap((boundary) =>
    numbered(count).map((trial): [string, number, Boundary] => [
      boundary.name,
      1 + (trial % boundary.times),
      boundary,
    ]),
  );
}

describe("a loader that is killed (SIGKILL)", () => {
  const files = sharedFiles(FEW_ROWS);

  test("comes by each boundary as often as the trials need", async () => {
    await expectToBeMet(BOUNDARIES, files());
  });

  describe("at each boundary in turn, until the load is through", () => {
    const tally = faultTally("loader killed at each boundary in turn");
    // Of all of them a trial takes a minute: the quick one takes every tenth one, from the first write to the end.
    const chosen =
      AT_ALL_BOUNDARIES > 1 ? BOUNDARIES : BOUNDARIES.filter((_boundary, place) => place % 10 === 0);
    tally.note(`${chosen.length} boundaries`);

    test.each(numbered(AT_ALL_BOUNDARIES))("loses nothing, and doubles nothing (%d)", async () => {
      const { expected, into } = files();
      await withTestDatabase((url) =>
        killAtEach(chosen, url, INGEST, into, tally, async () =>
          judge(url, expected, await resumeWork(into(url))),
        ),
      );
    });
  });

  const atOne = eachBoundary(BOUNDARIES, AT_ONE_BOUNDARY);
  if (atOne.length > 0)
    describe("at one boundary", () => {
      const tally = faultTally("loader killed at one boundary");
      tally.note(`${BOUNDARIES.length} boundaries`);

      test.each(atOne)("%s (%d): loses nothing, and doubles nothing", async (_name, occurrence, boundary) => {
        tally.add(await killAtOne(boundary, occurrence, files()));
      });
    });

  describe("at a random moment", () => {
    const tally = faultTally("loader killed at a random moment");
    let wholeLoadMs = 0;

    beforeAll(async () => {
      wholeLoadMs = await withTestDatabase(async (url) => {
        const started = performance.now();
        await runForJson(INGEST, files().into(url));
        return performance.now() - started;
      });
    });

    test.each(numbered(RANDOM_MOMENTS))("loses nothing, and doubles nothing (%d)", async (trial) => {
      await withTestDatabase(async (url) => {
        const loader = load(files().into(url));
        // A moment in each part of the load's time, so that few trials cover all of it.
        const momentMs = ((trial - Math.random()) / RANDOM_MOMENTS) * wholeLoadMs;
        await Promise.race([pause(momentMs), loader.ended]);
        loader.child.kill("SIGKILL");
        await loader.ended;
        try {
          tally.add(await judge(url, files().expected, await resumeWork(files().into(url))));
        } catch (error) {
          throw new Error(`killed after ${Math.round(momentMs)} ms`, { cause: error });
        }
      });
    });
  });

  test("leaves a run that the next one marks as killed", async () => {
    await withTestDatabase(async (url) => {
      const loader = load({ ...files().into(url), LOG_LEVEL: "debug" });
      await loader.untilItSays(/"file":"transactions.csv".*"chunk committed"/);
      loader.child.kill("SIGKILL");
      await loader.ended;
      await resumeWork(files().into(url));
      const { runs } = await runForJson<{ runs: unknown[] }>(["runs", "--json"], files().into(url));
      expect(runs).toEqual([
        expect.objectContaining({ status: "succeeded" }),
        expect.objectContaining({ status: "killed", error: expect.objectContaining({ code: "run_killed" }) }),
      ]);
    });
  });
});

const CARRIERS = [
  ["workbooks", async (csv: string) => ({ ending: ".xlsx", bytes: await xlsxOf(csv) })],
  ["NDJSON in gzip", async (csv: string) => ({ ending: ".jsonl.gz", bytes: gz(await ndjsonOf(csv)) })],
  ["zstd", async (csv: string) => ({ ending: ".csv.zst", bytes: await zst(csv) })],
  ["gzip", async (csv: string) => Promise.resolve({ ending: ".csv.gz", bytes: gz(csv) })],
  ["NDJSON", async (csv: string) => ({ ending: ".ndjson", bytes: await ndjsonOf(csv) })],
] as const;

describe.each(CARRIERS.slice(0, trials({ quick: 2, all: CARRIERS.length })))(
  "a loader of %s that is killed (SIGKILL)",
  (carrier, carry) => {
    const files = sharedFiles({ ...FEW_ROWS, defects: READABLE_DEFECTS, carry });
    const tally = faultTally(`loader of ${carrier} killed at each boundary in turn`);
    // In the middle of a file, behind its first chunk, and at its end.
    const chosen = BOUNDARIES.filter(({ name }) => /^(checkpoint|after COMMIT|file completed)$/.test(name));

    test.each(numbered(IN_OTHER_CARRIERS))("goes on, loses nothing, and doubles nothing (%d)", async () => {
      const { expected, into } = files();
      await withTestDatabase((url) =>
        killAtEach([...chosen, ...chosen, ...chosen], url, INGEST, into, tally, async () =>
          judge(url, expected, await resumeWork(into(url))),
        ),
      );
    });
  },
);

describe("a loader whose threads copy and correct ahead of their turn, and that is killed (SIGKILL)", () => {
  const files = sharedFiles(ROWS_FOR_THREADS);
  const tally = faultTally("loader with threads killed at one boundary");
  const chosen = BOUNDARIES_OF_THREADS.filter(
    ({ name }) => AT_ONE_OF_THREADS > 1 || name === "after COMMIT of what was corrected ahead",
  );
  tally.note(`${chosen.length} boundaries`);

  // All of them in all trials; the one that is quick is met, or its own trial fails.
  trials({ quick: test.skip, all: test })("comes by each boundary as often as the trials need", async () => {
    await expectToBeMet(BOUNDARIES_OF_THREADS, files());
  });

  test.each(eachBoundary(chosen, AT_ONE_OF_THREADS))(
    "at the boundary: %s (%d): loses nothing, and doubles nothing",
    async (_name, occurrence, boundary) => {
      tally.add(await killAtOne(boundary, occurrence, files()));
    },
  );
});
