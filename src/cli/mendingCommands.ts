import type { Command } from "commander";
import type { CardKeyOptions } from "../commands/cardKey.ts";
import type { ChecksCommandOptions } from "../commands/checks.ts";
import { listOption } from "../commands/optionValues.ts";
import type { ReplayOptions } from "../commands/replay.ts";
import type { UndoOptions } from "../commands/undo.ts";
import type { VerifyCommandOptions } from "../commands/verify.ts";

/** What is tried again, taken back, checked and given other keys. Each command loads its own code. */
export function addMendingCommands(program: Command): void {
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
