import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import pg from "pg";
import { TillhouseError } from "../lib/errors.ts";
import { connectionSettings } from "./connectionSettings.ts";
import { projectRoot } from "./projectRoot.ts";
import { sqlFile } from "./sqlFile.ts";

const appliedMigrations = sqlFile(new URL("./appliedMigrations.sql", import.meta.url));
const MIGRATIONS = join(projectRoot, "prisma", "migrations");

/** Names of the migrations in the project, oldest first. */
export async function knownMigrations(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Names of the migrations that the database has not had. Asking Prisma takes seconds; its table takes a query.
 */
export async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  const known = await knownMigrations();
  if (!(await hasMigrationsTable(pool))) return known;
  return unappliedOf(known, pool);
}

/**
 * Those of `known` that a database has not had which has been migrated before: one question.
 *
 * @param withinMs without an answer for so long it fails
 */
export async function unappliedOf(
  known: readonly string[],
  pool: pg.Pool,
  withinMs?: number,
): Promise<string[]> {
  const { rows } = await appliedMigrations.run<{ migration_name: string }>(pool, {}, withinMs);
  const applied = new Set(rows.map((row) => row.migration_name));
  return known.filter((name) => !applied.has(name));
}

/** Runs the Prisma CLI on a database. Its output is passed through, or kept and given back. */
export function runPrisma(
  args: readonly string[],
  options: { url: string; environment: NodeJS.ProcessEnv; output: "inherit" | "collect" },
): Promise<{ exitCode: number; output: string }> {
  const require = createRequire(import.meta.url);
  const cli = join(dirname(require.resolve("prisma/package.json")), "build", "index.js");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: projectRoot,
      env: { ...options.environment, DATABASE_URL: options.url },
      stdio: options.output === "inherit" ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    // Ctrl-C reaches the child by itself; this process waits for it to end, and then puts its own things away.
    const outlive = (signal: NodeJS.Signals): void => {
      if (signal === "SIGTERM") child.kill(signal);
    };
    process.on("SIGINT", outlive);
    process.on("SIGTERM", outlive);
    const pieces: Buffer[] = [];
    child.stdout?.on("data", (piece: Buffer) => pieces.push(piece));
    child.stderr?.on("data", (piece: Buffer) => pieces.push(piece));
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", outlive);
      process.off("SIGTERM", outlive);
      resolve({ exitCode: code ?? 1, output: Buffer.concat(pieces).toString("utf8") });
    });
  });
}

/** Errors of PostgreSQL that say that what a migration makes is there: schema, table, object, column, function. */
const ALREADY_THERE = /\b(?:42P06|42P07|42710|42701|42723)\b/;

/**
 * Applies pending migrations with `prisma migrate deploy`, and completes one that was interrupted. A migration's
 * statements are sent as one, so PostgreSQL has done all of them or none; what a kill can leave behind is one that
 * Prisma never marked as ended, and it then refuses all others (P3009). Such a one is tried again, and when it turns
 * out to have been done, marked so.
 *
 * @param stopping aborted: nothing is begun; a signal to this process ends what is being done by itself
 * @throws TillhouseError `migration_failed` with what Prisma said, `run_stopped`
 */
export async function deployMigrations(
  url: string,
  environment: NodeJS.ProcessEnv,
  stopping?: AbortSignal,
): Promise<void> {
  const stopIfAsked = (): void => {
    if (stopping?.aborted === true)
      throw new TillhouseError("run_stopped", "Stopped before the database was prepared.");
  };
  stopIfAsked();
  const prisma = (...args: string[]) => runPrisma(args, { url, environment, output: "collect" });
  const interrupted = await forgetInterrupted(url);
  // A signal that came meanwhile reached no Prisma. What was marked as interrupted has to be tried again all the same.
  if (interrupted.length === 0) stopIfAsked();
  let { exitCode, output } = await prisma("migrate", "deploy");
  for (const name of interrupted) {
    if (exitCode === 0) return;
    if (!output.includes(name) || !ALREADY_THERE.test(output)) break;
    await prisma("migrate", "resolve", "--applied", name);
    ({ exitCode, output } = await prisma("migrate", "deploy"));
  }
  if (exitCode === 0) return;
  const said = output.trim().split("\n").slice(-8).join("\n");
  throw new TillhouseError("migration_failed", `The migrations could not be applied:\n${said}`);
}

/** The advisory lock that Prisma holds while it migrates: under it, an unfinished migration is nobody's. */
const PRISMA_LOCK = 72_707_369;

/** Marks migrations that began and never ended as rolled back, as `prisma migrate resolve` does; gives the killed ones' names. */
async function forgetInterrupted(url: string): Promise<string[]> {
  const client = new pg.Client(connectionSettings({ url }, "tillhouse migrations"));
  await client.connect();
  try {
    if (!(await hasMigrationsTable(client))) return [];
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_LOCK]);
    const { rows } = await client.query<{ migration_name: string; failed: boolean }>(
      `UPDATE public._prisma_migrations SET rolled_back_at = now()
       WHERE finished_at IS NULL AND rolled_back_at IS NULL
       RETURNING migration_name, coalesce(logs, '') <> '' AS failed`,
    );
    // One that failed has its error noted: it was not done, and is only tried again.
    return rows.filter((row) => !row.failed).map((row) => row.migration_name);
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}

async function hasMigrationsTable(client: pg.ClientBase | pg.Pool): Promise<boolean> {
  const { rows } = await client.query<{ found: string | null }>(
    "SELECT to_regclass('public._prisma_migrations')::text AS found",
  );
  return rows[0]?.found != null;
}
