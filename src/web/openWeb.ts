import type { FastifyInstance } from "fastify";
import type { Config } from "../config/loadConfig.ts";
import { knownMigrations } from "../database/migrations.ts";
import { packageVersion } from "../database/packageVersion.ts";
import type { Clock } from "../lib/clock.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import type { JobState } from "../runs/jobState.ts";
import { ASSET_ROUTES } from "./assets.ts";
import { createServer } from "./createServer.ts";
import { openMetrics } from "./metrics/openMetrics.ts";
import type { PageSource } from "./reading/source.ts";
import { databaseCheck, type DatabaseCheckOptions } from "./readiness/databaseCheck.ts";
import type { ReplicaFinding } from "./readiness/replicaCheck.ts";
import { healthz } from "./routes/healthz.ts";
import { pageRoutes } from "./routes/pages.tsx";
import { readyz } from "./routes/readyz.ts";
import type { Route } from "./routes/route.ts";

export interface WebOptions {
  readonly config: Pick<Config, "databaseUrl" | "httpHost" | "httpPort" | "httpToken">;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** Undefined until the database is open. */
  readonly pool: DatabaseCheckOptions["pool"];
  /** Of the reader, on the same database. */
  readonly readers: DatabaseCheckOptions["pool"];
  /** How the replica stands that pages are read from; undefined where they are read from the database itself. */
  readonly checkReplica?: (() => Promise<ReplicaFinding>) | undefined;
  /** Undefined until there is a schedule. */
  readonly jobs: () => readonly JobState[] | undefined;
  readonly pages: PageSource;
}

/** What the daemon answers over HTTP. */
export interface Web {
  /** The port that it listens on. */
  readonly port: number;
  /** All that it answers to. */
  readonly routes: readonly Route[];
  /** Ends it at once, with all its connections. */
  close(): Promise<void>;
}

/**
 * Listens at HTTP_HOST and HTTP_PORT; a port of 0 stands for any here.
 *
 * @throws TillhouseError `http_unavailable`
 */
export async function openWeb(options: WebOptions): Promise<Web> {
  const { config, logger, clock, stopping, jobs, pool, checkReplica, pages } = options;
  const { httpHost: host, httpPort, httpToken: token } = config;
  const checkDatabase = databaseCheck({
    ...{ pool, clock, isEmbedded: config.databaseUrl === undefined },
    migrations: await knownMigrations(),
  });
  const replica = checkReplica && { pool: pages.pool, check: checkReplica };
  const { metrics, answered } = openMetrics({ ...options, replica });
  const routes: readonly Route[] = [
    healthz({ clock, version: packageVersion() }),
    readyz({ checkDatabase, checkReplica, jobs, clock, stopping }),
    metrics,
    ...pageRoutes(pages),
    ...ASSET_ROUTES,
  ];
  const server = createServer({ token, logger, answered, routes });
  try {
    await server.listen({ host, port: httpPort, exclusive: true });
  } catch (error) {
    throw unavailable(host, httpPort, error);
  }
  const port = portOf(server) ?? httpPort;
  logger.info("answers over HTTP", {
    host,
    port,
    token: token === undefined ? "not asked for" : "asked for",
  });
  return { port, routes, close: () => server.close() };
}

function portOf(server: FastifyInstance): number | undefined {
  const address = server.server.address();
  return typeof address === "object" ? address?.port : undefined;
}

function unavailable(host: string, port: number, error: unknown): TillhouseError {
  const { code = "" } = error as NodeJS.ErrnoException;
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: `HTTP_PORT ${port} is taken at ${host}, perhaps by another daemon. End that, or give this one a port of its own, such as HTTP_PORT=${port === 65_535 ? port - 1 : port + 1}; HTTP_PORT=0: no HTTP`,
    EACCES: `HTTP_PORT ${port} may not be used by this user. Example: HTTP_PORT=8473`,
    EADDRNOTAVAIL: `HTTP_HOST ${host} is no address of this machine. Example: HTTP_HOST=127.0.0.1`,
  };
  const message =
    remedies[code] ?? `HTTP_HOST ${host} with HTTP_PORT ${port} cannot be listened at (${code})`;
  return new TillhouseError("http_unavailable", `${message}.`, { host, port }, error);
}
