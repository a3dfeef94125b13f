import { testRun } from "../../fixtures/testRun.ts";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import {
  openEmbeddedServer,
  type EmbeddedServer,
} from "../../../src/database/embedded/openEmbeddedServer.ts";
import { stopEmbeddedServer } from "../../../src/database/embedded/stopEmbeddedServer.ts";
import { deployMigrations } from "../../../src/database/migrations.ts";
import { setUpRoles } from "../../../src/database/roles/setUpRoles.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { onServer, urlOfDatabase } from "../../fixtures/testRun.ts";
import { eventually } from "../../processes/eventually.ts";
import { killServer, postmasterIn, processesOf } from "../../processes/serverProcesses.ts";

/** A server that nothing but the tests of one file use, so that they may kill it. It commits as users' servers do. */
export interface OwnServer {
  /** Gives `work` a migrated, empty database of its own. */
  readonly withDatabase: <T>(work: (url: string) => Promise<T>) => Promise<T>;
  /** The main process first. */
  readonly processes: () => readonly number[];
  /** Kills all processes of the server at once: none of them can tidy up. */
  readonly kill: () => Promise<void>;
  /** Starts it again, at the same address, and waits until it takes connections. */
  readonly start: () => Promise<void>;
}

/** Makes the server before the tests of a file, or of a `describe`, and removes it after them. */
export function ownServer(): OwnServer {
  let stateDir = "";
  let server: EmbeddedServer | undefined;
  let databases = 0;

  const open = async (): Promise<void> => {
    server = await openEmbeddedServer({ stateDir, logger: silentLogger, clock: systemClock });
  };
  const url = (): string => {
    if (server === undefined) throw new Error("the server has not been started");
    return server.url;
  };
  beforeAll(async () => {
    stateDir = await mkdtemp(join(testRun().folder, "server-"));
    // As root, PostgreSQL may have to run as somebody who must get through.
    await chmod(stateDir, 0o755);
    await open();
    await deployMigrations(url(), process.env);
    await setUpRoles(url());
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await stopEmbeddedServer({ stateDir, logger: silentLogger });
    await rm(stateDir, { recursive: true, force: true, maxRetries: 3 });
  });
  return {
    withDatabase: async (work) => {
      databases += 1;
      const name = `trial_${databases}`;
      const admin = urlOfDatabase(url(), "postgres");
      await onceItAnswers(admin);
      await onServer(admin, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE tillhouse`));
      try {
        return await work(urlOfDatabase(url(), name));
      } finally {
        await onceItAnswers(admin);
        await onServer(admin, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      }
    },
    processes: () => processesOf(postmasterIn(stateDir)),
    kill: async () => {
      killServer(postmasterIn(stateDir));
      await server?.close();
      server = undefined;
    },
    start: open,
  };
}

/** A server that has just lost a process refuses everybody for a moment. */
export async function onceItAnswers(url: string): Promise<void> {
  await eventually("the server answers", () =>
    onServer(url, async (client) => {
      await client.query("SELECT 1");
      return true;
    }).catch(() => false),
  );
}
