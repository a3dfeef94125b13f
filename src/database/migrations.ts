import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type pg from "pg";
import { TillhouseError } from "../lib/errors.ts";
import { projectRoot } from "./projectRoot.ts";

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
  const { rows: tables } = await pool.query<{ found: string | null }>(
    "SELECT to_regclass('public._prisma_migrations')::text AS found",
  );
  if (tables[0]?.found == null) return known;
  const { rows } = await pool.query<{ migration_name: string }>(
    "SELECT migration_name FROM public._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
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

/**
 * Applies pending migrations with `prisma migrate deploy`.
 *
 * @throws TillhouseError `migration_failed` with what Prisma said
 */
export async function deployMigrations(url: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { exitCode, output } = await runPrisma(["migrate", "deploy"], {
    url,
    environment,
    output: "collect",
  });
  if (exitCode === 0) return;
  const said = output.trim().split("\n").slice(-8).join("\n");
  throw new TillhouseError("migration_failed", `The migrations could not be applied:\n${said}`);
}
