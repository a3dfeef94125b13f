import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import type { Truth } from "../../src/generator/truth.ts";
import { eventually } from "../processes/eventually.ts";
import { addGeneratedFiles, expectTruth, leftovers } from "../processes/generatedFiles.ts";
import { runForJson, start, type Program } from "../processes/programs.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "../processes/workplace.ts";

jest.setTimeout(900_000);

const ROWS = 60_000;

interface Attempt {
  readonly place: Workplace;
  readonly url: string;
  readonly truth: Truth;
}

async function prepare(): Promise<Attempt> {
  const place = await migratedWorkplace();
  const truth = await addGeneratedFiles(place, ROWS);
  return { place, url: await holdServer(place), truth };
}

function startLoad({ environment }: Workplace): Program {
  return start("cli", ["ingest", "--json"], { ...environment, CHUNK_RECORDS: "2000", LOG_LEVEL: "debug" });
}

const firstChunk = /"file":"transactions.csv".*"chunk committed"/;

/** The next run must complete what was broken off, whoever had to clean up first. */
async function expectRecovery({ place, truth }: Attempt, url: string): Promise<void> {
  let left: Record<string, unknown>[] = [];
  await eventually(
    () => `the dead loader's session had ended; there is ${JSON.stringify(left)}`,
    async () => {
      left = await leftovers(url);
      return left.every(({ kind }) => kind === "staging");
    },
  );
  await runForJson(["ingest", "--json"], place.environment);
  await expectTruth(truth, place, url);
}

function postmasterOf({ stateDir }: Workplace): number {
  const file = join(stateDir, "postgres", "data", "postmaster.pid");
  return Number(readFileSync(file, "utf8").split("\n")[0]);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A failed command says what happened in words. */
async function expectPlainFailure(load: Program): Promise<void> {
  const { exitCode, signal, stderr } = await load.ended;
  expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
  expect(stderr).toMatch(/connection|database|server|terminat/i);
  expect(stderr).not.toMatch(/^\s+at |Unhandled|node:internal/m);
}

describe("a load whose database fails it", () => {
  test.each(["tillhouse loader", "tillhouse lock"])("in the connection of the %s", async (name) => {
    const attempt = await prepare();
    const load = startLoad(attempt.place);
    await load.untilItSays(firstChunk);
    await query(
      attempt.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
      [name],
    );
    if (name === "tillhouse loader") await expectPlainFailure(load);
    else await load.ended;
    await expectRecovery(attempt, attempt.url);
  });

  test("by the SIGKILL of the server, whose sessions see that for themselves", async () => {
    const attempt = await prepare();
    const load = startLoad(attempt.place);
    await load.untilItSays(firstChunk);
    process.kill(postmasterOf(attempt.place), "SIGKILL");
    await expectPlainFailure(load);
    await expectRecovery(attempt, await holdServer(attempt.place));
  });

  test("by the SIGKILL of the server with all its processes: no session tidies up after itself", async () => {
    const attempt = await prepare();
    const load = startLoad(attempt.place);
    await load.untilItSays(firstChunk);
    const sessions = await query<{ pid: number }>(attempt.url, "SELECT pid FROM pg_stat_activity");
    process.kill(postmasterOf(attempt.place), "SIGKILL");
    for (const { pid } of sessions) killIfThere(pid);
    await expectPlainFailure(load);
    const url = await holdServer(attempt.place);
    // The tables of the killed sessions stand without them: what the next run has to clear away is there.
    expect(await leftovers(url)).toContainEqual({ kind: "staging", name: "staged_transactions" });
    await expectRecovery(attempt, url);
  });
});
