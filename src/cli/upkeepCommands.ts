import type { Command } from "commander";
import type { DistributeCommandOptions } from "../commands/distribute.ts";
import type { GenerateCommandOptions } from "../commands/generate.ts";
import { port, positiveNumber, share, wholeNumber } from "../commands/optionValues.ts";
import type { StudioCommandOptions } from "../commands/studio.ts";

/** What keeps the database and makes sample files. Each command loads its own code. */
export function addUpkeepCommands(program: Command): void {
  program
    .command("migrate")
    .summary("apply pending migrations (npm run db:migrate)")
    .description(
      "applies pending migrations to your own server, and sets up its roles (SECURITY.md says which)",
    )
    .action(async () => (await import("../commands/database.ts")).migrateCommand());

  program
    .command("distribute")
    .summary("spread the facts over the nodes of a Citus cluster (npm run db:distribute)")
    .description(
      "spreads the facts and their versions over the nodes of the Citus cluster whose coordinator DATABASE_URL names, and says what becomes of each table, and why (README: Scaling). Loads by hand end with exit code 3 meanwhile, due ones come again; readers do not wait. On an empty warehouse or a filled one; again, or after it was stopped or killed, it does what is left",
    )
    .option(
      "--shards <n>",
      "pieces that the facts are cut into, spread over the nodes; without it, as citus.shard_count says (32)",
      positiveNumber,
    )
    .option("--dry-run", "say what would become of each table, and change nothing")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run db:distribute -- --dry-run
  npm run db:distribute
  npm run db:distribute -- --shards 64
  npm run -s db:distribute -- --json

The cluster is yours, or one that is managed: every node needs the same Citus, max_prepared_transactions of
max_connections or more and English lc_messages, and the coordinator has to know its nodes (citus_set_coordinator_host,
citus_add_node). What is missing is told.

Exit codes: 0 done, 1 failed or stopped (what is done stays, and another run does the rest), 2 wrong usage or configuration,
3 another run is at work.`,
    )
    .action(async (options: DistributeCommandOptions) =>
      (await import("../commands/distribute.ts")).distributeCommand(options),
    );

  program
    .command("stop")
    .summary("stop the embedded server (npm run db:stop)")
    .description("stops the embedded server; what needs it next starts it again")
    .action(async () => (await import("../commands/database.ts")).stopCommand());

  program
    .command("studio")
    .summary("Prisma Studio on the configured database, until Ctrl-C (npm run studio)")
    .description(
      "Prisma Studio on the same database, until Ctrl-C, at the address it prints, whose token lets that browser in and nobody else (127.0.0.1 only), views shown whole. It can change data: run npm run verify afterwards. Nothing leaves the machine",
    )
    .option("--port <n>", "to open it at, on 127.0.0.1; without it 5555, or any if that is taken", port)
    .addHelpText("after", "\nExample:\n  npm run studio -- --port 8080")
    .action(async (options: StudioCommandOptions) =>
      (await import("../commands/studio.ts")).studioCommand(options),
    );

  program
    .command("prisma")
    .summary("any command of the Prisma CLI on the configured database (npm run prisma -- migrate status)")
    .description(
      "any command of the Prisma CLI on the same database, with no download: npm run prisma -- migrate status",
    )
    .allowUnknownOption()
    .helpOption(false)
    .argument("[args...]", "passed on as they are")
    .action(async (args: string[]) => (await import("../commands/database.ts")).prismaCommand(args));

  program
    .command("generate")
    .summary("make sample files: stores, devices and transactions that load (npm run data:generate)")
    .description(
      "sample files: stores, devices and transactions that load, the same bytes for the same seed; --late, --repeated, --broken and --orphan add trouble, --truth the right answers",
    )
    .requiredOption("--rows <n>", "transactions", wholeNumber)
    .requiredOption("--seed <n>", "the same files for the same seed", wholeNumber)
    .requiredOption("--out <folder>", "where to write them")
    .option("--stores <n>", "stores", wholeNumber)
    .option("--devices <n>", "devices", wholeNumber)
    .option("--late <share>", "share of records that come after higher ids", share)
    .option("--repeated <share>", "exact repeats to add, as a share of the rows", share)
    .option("--broken <share>", "records to add that must be rejected, as a share of the rows", share)
    .option("--orphan <share>", "records of unknown devices to add, as a share of the rows", share)
    .option("--truth", "write truth.json beside them: counts, sums and the right answers")
    .addHelpText("after", "\nExample:\n  npm run data:generate -- --rows 1000000 --seed 1 --out /tmp/million")
    .action(async (options: GenerateCommandOptions) =>
      (await import("../commands/generate.ts")).generateCommand(options),
    );
}
