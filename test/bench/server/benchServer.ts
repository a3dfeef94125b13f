import { join } from "node:path";
import pg from "pg";
import { openEmbeddedServer } from "../../../src/database/embedded/openEmbeddedServer.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { findPostmaster } from "./serverMemory.ts";

/** The one server that all sides load into. */
export interface BenchServer {
  readonly url: string;
  /** Undefined where the server's processes cannot be looked at. */
  readonly postmaster: number | undefined;
  /** As PostgreSQL says it: `18.4`. */
  readonly version: string;
  readonly majorVersion: number;
  /** Settings that decide how fast loads are, by name. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const SETTINGS = [
  "shared_buffers",
  "work_mem",
  "maintenance_work_mem",
  "max_wal_size",
  "wal_level",
  "fsync",
  "synchronous_commit",
  "max_parallel_workers",
];

/**
 * The server of BENCH_DATABASE_URL, whose user must be able to create databases; without it an embedded one of our own in
 * `folder`.
 *
 * @throws TillhouseError `embedded_server_unavailable`; what pg says when the server does not answer
 */
export async function openBenchServer(folder: string): Promise<BenchServer> {
  const given = process.env["BENCH_DATABASE_URL"];
  const server =
    given === undefined
      ? await openEmbeddedServer({
          stateDir: join(folder, "server"),
          logger: silentLogger,
          clock: systemClock,
        })
      : { url: given, close: () => Promise.resolve() };
  try {
    return await withClient(server.url, async (client) => {
      const { rows } = await client.query<{ name: string; setting: string }>(
        "SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY ($1)",
        [["server_version", "server_version_num", ...SETTINGS]],
      );
      const all = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
      return {
        url: server.url,
        postmaster: await findPostmaster(client),
        version: (all["server_version"] ?? "").replace(/ .*/, ""),
        majorVersion: Math.floor(Number(all["server_version_num"]) / 10_000),
        settings: Object.fromEntries(SETTINGS.map((name) => [name, all[name] ?? ""])),
        close: () => server.close(),
      };
    });
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Does something on a connection of its own, in UTC. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
  // A server that goes away fails the statement in hand; the connection says it once more, to nobody.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
