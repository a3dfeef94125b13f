import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach } from "@jest/globals";
import pg from "pg";
import { openEmbeddedServer } from "../../src/database/embedded/openEmbeddedServer.ts";
import { pollUntil } from "../../src/database/embedded/waiting.ts";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { testRun } from "../fixtures/testRun.ts";
import { root, run, type Environment } from "./programs.ts";

/** Folders of one test, and the settings that make a program use them. */
export interface Workplace {
  readonly folder: string;
  readonly stateDir: string;
  readonly dataDir: string;
  readonly environment: Environment;
}

const workplaces: Workplace[] = [];
const held: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const server of held.splice(0)) await server.close();
  for (const place of workplaces.splice(0)) await leave(place);
});
async function leave({ folder, stateDir }: Workplace): Promise<void> {
  await stopEmbeddedServer({ stateDir, logger: silentLogger });
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function makeWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(testRun().folder, "process-"));
  // As root, PostgreSQL may have to run as somebody who must get through.
  await chmod(folder, 0o755);
  const [stateDir, dataDir] = [join(folder, "state"), join(folder, "data")];
  await mkdir(dataDir);
  const environment = { STATE_DIR: stateDir, DATA_DIR: dataDir, SETTLE_MS: "0" };
  return { folder, stateDir, dataDir, environment };
}

/** Empty folders: what a program finds on its first day. */
export async function freshWorkplace(): Promise<Workplace> {
  const place = await makeWorkplace();
  workplaces.push(place);
  return place;
}

/** The same with a migrated, empty database: a copy of one that is made once a run of the tests. */
export async function migratedWorkplace(): Promise<Workplace> {
  const stateDir = await migratedState();
  const place = await freshWorkplace();
  await cp(stateDir, place.stateDir, { recursive: true, preserveTimestamps: true });
  return place;
}

/** Test files run in processes of their own: the first that asks makes it, the others wait for it. */
async function migratedState(): Promise<string> {
  const folder = join(testRun().folder, "migrated");
  const stateDir = join(folder, "state");
  const ready = join(folder, "ready");
  const attempt = async (): Promise<string | undefined> => {
    if (existsSync(ready)) return stateDir;
    // Of two that ask, one makes the folder.
    if (!(await isMade(folder))) return undefined;
    try {
      const { exitCode, stderr } = await run(["runs", "--json"], { STATE_DIR: stateDir });
      if (exitCode !== 0) throw new Error(`The database could not be made:\n${stderr}`);
      await writeFile(ready, "");
      return stateDir;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  };
  const made = await pollUntil(attempt, { withinMs: MAKING_MS, everyMs: 100 });
  if (made === undefined) throw new Error(`the database was not made within ${MAKING_MS / 1000} s`);
  return made;
}

const MAKING_MS = 120_000;

/** Makes a folder, unless there is one. */
async function isMade(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "EEXIST") return false;
    throw error;
  }
}

/** Puts the sample files of data/ where a program looks for files. */
export async function addSampleFiles({ dataDir }: Workplace): Promise<void> {
  await cp(join(root, "data"), dataDir, { recursive: true });
}

/** Keeps the embedded server running until the end of the test, and gives its URL. */
export async function holdServer({ stateDir }: Workplace): Promise<string> {
  const server = await openEmbeddedServer({ stateDir, logger: silentLogger, clock: systemClock });
  held.push(server);
  return server.url;
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
