import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { eventually } from "./eventually.ts";
import { query } from "./workplace.ts";

/** The URL of the embedded server that runs in a STATE_DIR. */
export async function serverUrl(stateDir: string): Promise<string> {
  const folder = join(stateDir, "postgres");
  const port = (await readFile(join(folder, "data", "postmaster.pid"), "utf8")).split("\n")[3];
  const password = (await readFile(join(folder, "password"), "utf8")).trim();
  return `postgresql://tillhouse:${password}@127.0.0.1:${port ?? ""}/tillhouse`;
}

/** Within a transaction the list of sessions stays as it was: other connections ask for it. */
const WAITS = `
  FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'tillhouse loader'`;

/** Keeps loads from committing any chunk: they get as far as its checkpoint, and wait there with all of it in hand. */
export interface HeldLoads {
  /** Waits until one more load has got so far. */
  untilOneWaits(): Promise<void>;
  /** Cancels the statement that it waits in, as an administrator does. */
  cancelStatement(): Promise<void>;
  /** Lets loads go on. */
  letGo(): Promise<void>;
}

/** Holds loads until they are let go, or until the server dies. */
export async function holdLoads(url: string): Promise<HeldLoads> {
  const client = new pg.Client({ connectionString: url });
  // A test may kill the server.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("BEGIN");
  await client.query("LOCK TABLE operations.file_ranges IN SHARE MODE");
  // The session of a load that was killed goes on waiting until the next load ends it.
  const seen = new Set<number>();
  const waiting = (): Promise<{ pid: number }[]> => query(url, `SELECT pid ${WAITS}`);
  return {
    untilOneWaits: async () => {
      const pid = await eventually("a load waits", async () =>
        (await waiting()).map((one) => one.pid).find((one) => !seen.has(one)),
      );
      seen.add(pid);
    },
    cancelStatement: async () => {
      await query(url, `SELECT pg_cancel_backend(pid) ${WAITS}`);
    },
    letGo: () => client.end(),
  };
}
