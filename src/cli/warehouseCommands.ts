import { Option, type Command } from "commander";
import type { AnswersOptions } from "../commands/answers.ts";
import type { ExportOptions } from "../commands/export.ts";
import type { ListOptions } from "../commands/history.ts";
import type { IngestCommandOptions } from "../commands/ingestUsage.ts";
import { listOption, positiveNumber, transactionId, wholeNumber } from "../commands/optionValues.ts";
import type { WhyOptions } from "../commands/why.ts";

/** What loads, answers and explains. Each command loads its own code, so that one that does little starts at once. */
export function addWarehouseCommands(program: Command): void {
  program
    .command("ingest")
    .summary("run the pipeline once: load what is new, then show the answers (npm run job:ingest)")
    .description(
      "the pipeline once: loads what is new of DATA_DIR, or the files named, then prints the answers. --as-of says what the records are of, instead of their files' names and times (README: Corrections and history). A range makes it a backfill, --dry-run a rehearsal, --full-refresh rebuilds everything from the files (README: Backfills, rehearsals, replays and undo). --select ingestion_layer only loads; --select aggregation_layer reads no file, rebuilds the rollups, checks what is kept and prints the answers; by name it takes parts of either (README: Parts of the pipeline)",
    )
    .addOption(
      listOption("--file <path>", "a file to load instead of those of DATA_DIR, or a glob of such files"),
    )
    .addOption(
      listOption(
        "--select <names>",
        "ingestion_layer or aggregation_layer; or sources, tables, rollups and views by name, with commas between them, each with + before it for all that it rests on, and + behind it for all that rests on it",
      ),
    )
    .option("--list", "say what --select comes to, or without it what can be selected, and do nothing")
    .option(
      "--as-of <moment>",
      "what the records are of, instead of a date in their file's name or its mtime: the later version of a record counts",
    )
    .option("--from-id <n>", "backfill: of transactions, only those from this id on", transactionId)
    .option("--to-id <n>", "backfill: and up to this one", transactionId)
    .option(
      "--from-date <day>",
      "backfill: only those that happened on this day or later, in SOURCE_TIMEZONE",
    )
    .option("--to-date <day>", "backfill: and not after this one")
    .option(
      "--full-refresh",
      "rebuild the warehouse from all files that were ever loaded, and what is new, and swap it in at once",
    )
    .option("--allow-missing", "with --full-refresh: go on without what is in no file any more")
    .option("--dry-run", "do all of it, report it and undo it: nothing is left in the database")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run job:ingest
  npm run job:ingest -- --dry-run --file exports/transactions-2026-11.csv
  npm run job:ingest -- --file exports/transactions-2026-11.csv
  npm run job:ingest -- --file mended.csv --as-of 2026-11-20
  npm run job:ingest -- --file 'drops/2026-05-*/*.gz'
  npm run job:ingest -- --from-id 1000 --to-id 1999
  npm run job:ingest -- --file exports/transactions-2026-11.csv --from-date 2026-11-03 --to-date 2026-11-04
  npm run job:ingest -- --select stores
  npm run job:ingest -- --select top_10_stores_by_amount
  npm run job:ingest -- --select +top_10_products_sold,daily_sales --list
  npm run job:ingest -- --select stores+
  npm run job:ingest -- --full-refresh --dry-run
  npm run job:ingest -- --full-refresh
  npm run -s job:ingest -- --json

A backfill reads the transactions files from their start, loaded or not, and judges the records in its range alone; what a
later run finds new is the same as without it.

A full refresh loads everything anew, in the order in which it was loaded and as of then, in one transaction: readers see what
was there before until all of it is done, and if anything fails, all is as it was. It is refused where something that was
loaded is in no file any more, unless --allow-missing. Neither it nor a run before it can be taken back afterwards.

Exit codes: 0 done (rejected records are reported, not an error), 1 failed or stopped,
2 wrong usage or configuration, 3 another run is at work.`,
    )
    .action(async (options: IngestCommandOptions) =>
      (await import("../commands/ingest.ts")).ingestCommand(options),
    );

  program
    .command("answers")
    .summary("the answers, all of one moment (npm run answers)")
    .description("the answers, all of one moment (README: The answers)")
    .option("--view <name>", "one view of the aggregation layer instead of the five answers")
    .addOption(
      listOption(
        "--select <names>",
        "views as job:ingest selects them, such as stores+ for all that rest on stores",
      ),
    )
    .addOption(
      new Option("--format <format>", "how to print them").choices(["table", "json", "csv"]).default("table"),
    )
    .addHelpText(
      "after",
      `
Examples:
  npm run answers
  npm run answers -- --view daily_sales
  npm run answers -- --select rollup_stores+
  npm run -s answers -- --format json
  npm run -s answers -- --view top_10_products_sold --format csv`,
    )
    .action(async (options: AnswersOptions) =>
      (await import("../commands/answers.ts")).answersCommand(options),
    );

  program
    .command("export")
    .summary("all rows of a view as CSV, JSON or NDJSON (npm run export)")
    .description(
      "all rows of a view, of one moment, as CSV, JSON or NDJSON, on stdout or as a file (README: Exports)",
    )
    .argument("<view>", "its name")
    .addOption(
      new Option("--format <format>", "how to write them; without it by the file's name, else csv").choices([
        "csv",
        "json",
        "ndjson",
      ]),
    )
    .option("--out <file>", "a file instead of stdout, compressed if its name ends in .gz")
    .option("--force", "replace a file that is there")
    .addHelpText(
      "after",
      `
Examples:
  npm run -s export -- top_10_stores_by_amount
  npm run -s export -- transactions_as_was --format ndjson | head
  npm run export -- transaction_versions --out versions.csv.gz
  npm run export -- daily_sales --out daily_sales.json --force

A file has its name once it is whole: whatever happens before that, one of that name stays as it was.

Exit codes: 0 done, also when who reads stdout leaves early, 1 failed or stopped, 2 wrong usage or configuration.`,
    )
    .action(async (view: string, options: ExportOptions) =>
      (await import("../commands/export.ts")).exportCommand(view, options),
    );

  const runs = program
    .command("runs")
    .summary("the latest runs; as JSON with their steps and files (npm run runs)")
    .description("what ran, the latest first; as JSON with its steps and files")
    .option("--json", "print one JSON object")
    .option("--limit <n>", "how many", wholeNumber, 20)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run runs\n  npm run runs -- retry 12\n  npm run -s runs -- --json --limit 1",
    )
    .action(async (options: ListOptions) => (await import("../commands/history.ts")).runsCommand(options));

  runs
    .command("retry")
    .description(
      "does once more what a run was asked to do, with its own options, as a run of its own: loads, replays, checks and the daemon's jobs",
    )
    .argument("<run_id>", "its number", positiveNumber)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExample:\n  npm run runs -- retry 12\n\nExit codes are those of the command that it repeats.",
    )
    .action(async (runId: number, _options: unknown, command: Command) =>
      (await import("../commands/retryRun.ts")).retryRunCommand(
        runId,
        command.optsWithGlobals<{ json?: boolean }>().json === true,
      ),
    );

  program
    .command("rejects")
    .summary("what is in quarantine, redacted, with what to do about it (npm run rejects)")
    .description("what is in quarantine, redacted, and what to do about it (README: Reasons)")
    .option("--json", "print one JSON object")
    .option("--limit <n>", "how many records", wholeNumber, 50)
    .action(async (options: ListOptions) => (await import("../commands/history.ts")).rejectsCommand(options));

  program
    .command("why")
    .summary("where a transaction came from, each version it ever had, or why it is not there (npm run why)")
    .description(
      "where a transaction came from, each version it ever had, what its device and store were then; or why it is not there",
    )
    .argument("<transaction_id>", "its id", transactionId)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run why -- 1234
  npm run -s why -- 1234 --json

Exit codes: 0 something is known of it, 1 no record with that id has been read.`,
    )
    .action(async (id: number, options: WhyOptions) =>
      (await import("../commands/why.ts")).whyCommand(id, options),
    );
}
