import { putBackWhatIsLeft } from "../../jobs/leftOfDistributing.ts";
import { loadConfig } from "../config/loadConfig.ts";
import { processEnvironment } from "../config/processEnvironment.ts";
import { requireOwnerOfCluster } from "../database/distribution/ownerOfCluster.ts";
import { stopEmbeddedServer } from "../database/embedded/stopEmbeddedServer.ts";
import { deployMigrations, pendingMigrations, runPrisma } from "../database/migrations.ts";
import { setUpRoles, type RolesSetUp } from "../database/roles/setUpRoles.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print } from "./output.ts";

/** `db:migrate`: applies pending migrations. */
export async function migrateCommand(): Promise<void> {
  const context = commandContext();
  await withDatabase(
    context,
    "own",
    async (database) => {
      const pending = await pendingMigrations(database.pool);
      if (pending.length === 0) print("The database has every migration.");
      else {
        await requireOwnerOfCluster(database.pool);
        await deployMigrations(database.url, processEnvironment());
        print(`Applied:\n${pending.map((name) => `  ${name}`).join("\n")}`);
      }
      const never = new AbortController().signal;
      const job = { ...context, database, stopping: never, breakingOff: never };
      const putBack = await putBackWhatIsLeft(job);
      if (putBack > 0)
        print(
          `${putBack} foreign keys of the facts, which a broken off db:distribute had left away, hold again.`,
        );
      reportRoles(context.logger, await setUpRoles(database.url));
    },
    { skipMigrations: true },
  );
}

/** Says what became of the roles; with what this user may not do as SQL, for somebody who may. */
export function reportRoles(
  logger: Logger,
  { changed, usable, forAdministrator, database }: RolesSetUp,
): void {
  if (changed && usable) print("The roles tillhouse_loader and tillhouse_reader are set up.");
  if (forAdministrator.length === 0) return;
  const what = usable
    ? "The roles work, but this user may not make them all that they should be"
    : "This user may not set up the roles, so all is done with its own rights";
  logger.warn(`${what}. An administrator can, with the SQL that follows.`, { code: "roles_missing" });
  print(`-- In the database ${database}, as a superuser:`);
  for (const statement of forAdministrator) print(`${statement};`);
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
  await withDatabase(commandContext(), "own", (database) => passToPrisma(database.url, args), {
    skipMigrations: true,
  });
}

async function passToPrisma(url: string, args: readonly string[]): Promise<void> {
  const { exitCode } = await runPrisma(args, { url, environment: processEnvironment(), output: "inherit" });
  if (exitCode !== 0) process.exitCode = exitCode;
}
