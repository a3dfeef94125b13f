import { loadConfig } from "../config/loadConfig.ts";
import { processEnvironment } from "../config/processEnvironment.ts";
import { stopEmbeddedServer } from "../database/embedded/stopEmbeddedServer.ts";
import { deployMigrations, pendingMigrations, runPrisma } from "../database/migrations.ts";
import { TillhouseError } from "../lib/errors.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print } from "./output.ts";

/** `db:migrate`: applies pending migrations. */
export async function migrateCommand(): Promise<void> {
  const context = commandContext();
  await withDatabase(
    context,
    async (database) => {
      const pending = await pendingMigrations(database.pool);
      if (pending.length === 0) {
        print("The database has every migration.");
        return;
      }
      await deployMigrations(database.url, processEnvironment());
      print(`Applied:\n${pending.map((name) => `  ${name}`).join("\n")}`);
    },
    { skipMigrations: true },
  );
}

/** `db:stop`: stops the embedded server, whoever uses it. */
export async function stopCommand(): Promise<void> {
  const config = loadConfig();
  if (config.databaseUrl !== undefined) {
    throw new TillhouseError(
      "usage_invalid",
      "DATABASE_URL names a server of your own: db:stop stops only the embedded one",
    );
  }
  const { logger } = commandContext();
  const result = await stopEmbeddedServer({ stateDir: config.stateDir, logger });
  print(result === "stopped" ? "The embedded server is stopped." : "The embedded server was not running.");
}

/** Any command of the Prisma CLI on the configured database, with the embedded server running meanwhile. */
export async function prismaCommand(args: readonly string[]): Promise<void> {
  await withDatabase(commandContext(), (database) => passToPrisma(database.url, args), {
    skipMigrations: true,
  });
}

async function passToPrisma(url: string, args: readonly string[]): Promise<void> {
  const { exitCode } = await runPrisma(args, { url, environment: processEnvironment(), output: "inherit" });
  if (exitCode !== 0) process.exitCode = exitCode;
}
