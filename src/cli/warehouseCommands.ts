import { Option, type Command } from "commander";
import type { AnswersOptions } from "../commands/answers.ts";
import type { CardKeyOptions } from "../commands/cardKey.ts";
import type { ExportOptions } from "../commands/export.ts";
import type { ListOptions } from "../commands/history.ts";
import type { ChecksCommandOptions } from "../commands/checks.ts";
import type { IngestCommandOptions } from "../commands/ingestUsage.ts";
import { listOption, positiveNumber, transactionId, wholeNumber } from "../commands/optionValues.ts";
import type { ReplayOptions } from "../commands/replay.ts";
import type { UndoOptions } from "../commands/undo.ts";
import type { VerifyCommandOptions } from "../commands/verify.ts";
import type { WhyOptions } from "../commands/why.ts";

/** What loads, answers, explains and takes back. Each command loads its own code, so that one that does little starts at once. */
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

  program
    .command("replay")
    .summary(
      "try what is open in quarantine again, after a setting, a store or a device has changed (npm run replay)",
    )
    .description(
      "tries what is open in quarantine again, after a setting, a store or a device has changed; names the records whose file is not there any more as it was",
    )
    .addOption(listOption("--reason <code>", "only what is there for this reason"))
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run replay
  SOURCE_DATE_ORDER=dmy npm run replay -- --reason day_first
  npm run -s replay -- --json

Records that could not be read are read again from their file, where it still begins with what was read of it; the
others are named. Each counts as if it had been read when its file was, so nothing newer is overwritten.

Exit codes: 0 done (what is still rejected is reported, not an error), 1 failed or stopped, 2 wrong usage or
configuration, 3 another run is at work.`,
    )
    .action(async (options: ReplayOptions) => (await import("../commands/replay.ts")).replayCommand(options));

  program
    .command("undo")
    .summary(
      "take back the newest run that changed something, as if it had never been; again for the one before (npm run undo)",
    )
    .description(
      "takes the newest run back that changed something, as if it had never been: facts, corrections, versions, rollups, checkpoints, quarantine. Again: the one before. Names the files that load again unless they are taken out of DATA_DIR",
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run undo
  npm run -s undo -- --json

The run stays in the log as undone. Its files are named: the next run loads them again, unless they are taken out of
DATA_DIR. Of the latest UNDO_RUNS runs (30) enough is kept for it.

Exit codes: 0 done, or no run is left that changed anything, 1 failed, stopped or not possible (the reason is told, and
nothing is changed), 2 wrong usage or configuration, 3 another run is at work.`,
    )
    .action(async (options: UndoOptions) => (await import("../commands/undo.ts")).undoCommand(options));

  program
    .command("verify")
    .summary(
      "recompute from the facts what is kept beside them; exit code 1 on any difference (npm run verify)",
    )
    .description(
      "recomputes from the facts what is kept beside them; exit code 1 and a table on any difference. --files also hashes every file again as far as it was loaded, and says which is gone, shorter, changed, unreadable or read under another LEDGER_KEY. --select recomputes some rollups alone (README: Parts of the pipeline)",
    )
    .addOption(
      listOption(
        "--select <names>",
        "only rollups, as job:ingest selects them, such as daily_sales for those that it rests on",
      ),
    )
    .option("--files", "also hash every loaded file again: which is gone, shorter, changed or unreadable")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run verify
  npm run verify -- --select rollup_days
  npm run verify -- --files
  npm run -s verify -- --files --json`,
    )
    .action(async (options: VerifyCommandOptions) =>
      (await import("../commands/verify.ts")).verifyCommand(options),
    );

  program
    .command("checks")
    .summary(
      "run the quality checks that are declared in prisma/checks.yaml, or in CHECKS_FILE, and keep what came of them (npm run checks)",
    )
    .description(
      "judges what prisma/checks.yaml, or CHECKS_FILE, declares of tables, views, loads and sums, and keeps what came of it; exit code 1 when an error check found something (README: Quality checks). --last shows what is kept",
    )
    .addOption(listOption("--select <name>", "a check, or all of a model or source"))
    .option("--last", "show what came of them when they were last judged, and run nothing")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run checks
  npm run checks -- --select fct_transactions --select transactions.freshness
  npm run checks -- --last
  CHECKS_FILE=my-checks.yaml npm run -s checks -- --json

Checks of records are made by every load as it reads them; what came of them is looked up.

Exit codes: 0 no check of severity error found anything, 1 one did, or the run failed or was stopped, 2 wrong usage,
configuration or checks, 3 another such run is at work.`,
    )
    .action(async (options: ChecksCommandOptions) =>
      (await import("../commands/checks.ts")).checksCommand(options),
    );

  const cardKey = program
    .command("card-key")
    .summary("the keys of card tokens, and how many sales have one under each (npm run card-key)")
    .description("the keys that card tokens were made with, and how many sales have one under each")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExamples:\n  npm run card-key\n  npm run card-key -- rotate")
    .action(async (options: CardKeyOptions) =>
      (await import("../commands/cardKey.ts")).cardKeyCommand(options),
    );
  cardKey
    .command("rotate")
    .description(
      "makes new tokens under a new key; with DATABASE_URL it is the one that CARD_TOKEN_KEY has been set to. SECURITY.md says its price",
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Tokens that are there stay: a card that is seen before and after counts as two. Give every daemon the new
key; one that has the old one loads nothing from now on. Keep the old key as long as its tokens are needed.`,
    )
    .action(async (_options: CardKeyOptions, command: Command) =>
      (await import("../commands/cardKey.ts")).rotateCardKeyCommand(command.optsWithGlobals()),
    );
}
