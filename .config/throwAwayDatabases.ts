import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openEmbeddedServer } from "../src/database/embedded/openEmbeddedServer.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLogger } from "../src/lib/logger.ts";

/** Gives `work` a connection as the user of the URL. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Gives `work` the URLs of empty databases of its own, on the server of TEST_DATABASE_URL or on an embedded one in a temporary
 * folder, and leaves nothing of them.
 *
 * @param purposes a word for each, such as `drift`
 */
export async function withDatabases<T>(
  purposes: readonly string[],
  work: (...urls: string[]) => Promise<T>,
): Promise<T> {
  const names = purposes.map((purpose) => `tillhouse_${purpose}_${process.pid}`);
  const server = await openServer();
  const drop = async (client: pg.Client): Promise<void> => {
    for (const name of names) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  try {
    await withClient(server.url, async (client) => {
      await drop(client);
      for (const name of names) await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    });
    return await work(...names.map((name) => onDatabase(server.url, name)));
  } finally {
    await withClient(server.url, drop).catch((error: unknown) => {
      process.stderr.write(
        `The throw-away databases ${names.join(", ")} are still there: ${(error as Error).message}\n`,
      );
    });
    await server.close();
  }
}

/** A server to make databases on, and how to leave it as it was found. */
async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") return { url: given, close: async () => undefined };
  const stateDir = await mkdtemp(join(tmpdir(), "tillhouse-tools-"));
  const remove = (): Promise<void> => rm(stateDir, { recursive: true, force: true });
  try {
    const server = await openEmbeddedServer({ stateDir, logger: silentLogger, clock: systemClock });
    return { url: server.url, close: () => server.close().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

function onDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
