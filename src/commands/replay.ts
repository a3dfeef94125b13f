import { replay, type ReplayReport, type UnreadRecords } from "../../jobs/replay.ts";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { REASONS, type Reason } from "../sources/reasons.ts";
import { commandContext } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";
import { runByHand } from "./runByHand.ts";

export interface ReplayOptions {
  /** Codes; none: all. */
  readonly reason: readonly string[];
  readonly json?: boolean;
}

/** `replay`: tries what is open in quarantine again. */
export async function replayCommand(options: ReplayOptions): Promise<void> {
  const context = commandContext();
  const reasons = options.reason.map(reasonIn);
  await runByHand(context, "load", "finishing the chunk in hand", async (job) => {
    const report = await replay(job, reasons);
    if (options.json === true) printJson(replayAsJson(report));
    else await printReplay(report);
  });
}

function reasonIn(code: string): Reason {
  if (Object.hasOwn(REASONS, code)) return code as Reason;
  throw new TillhouseError(
    "usage_invalid",
    "--reason takes a code that npm run rejects shows, such as --reason day_first",
  );
}

/** What became of all of them; each was open before. */
function totalsOf({ reasons }: ReplayReport) {
  const sum = (of: "before" | "loaded" | "corrected" | "after"): number =>
    reasons.reduce((total, reason) => total + reason[of], 0);
  const [loaded, corrected, open] = [sum("loaded"), sum("corrected"), sum("after")];
  return { loaded, corrected, obsolete: sum("before") - loaded - corrected - open, open };
}

function replayAsJson(report: ReplayReport): object {
  return {
    run_id: report.runId,
    status: "succeeded",
    ...totalsOf(report),
    reasons: report.reasons,
    not_read: report.notRead,
    duration_ms: Math.round(report.durationMs),
  };
}

async function printReplay(report: ReplayReport): Promise<void> {
  const { loaded, corrected, obsolete, open } = totalsOf(report);
  if (report.reasons.length === 0) {
    print("Nothing is open in quarantine.");
    return;
  }
  print(`Run ${report.runId} tried the quarantine again in ${(report.durationMs / 1000).toFixed(1)} s`);
  await printTable(
    ["reason", "open before", "loaded", "corrected", "open now"],
    report.reasons.map((reason) => [
      reason.reason,
      reason.before,
      reason.loaded,
      reason.corrected,
      reason.after,
    ]),
  );
  print(
    `${loaded} loaded, ${corrected} corrected what was there, ${obsolete} need nobody any more, ${open} are open.`,
  );
  for (const unread of report.notRead) print(notReadText(unread));
}

/** More lines than these are only counted. */
const MOST_LINES_SHOWN = 10;

function notReadText({ path, why, lines }: UnreadRecords): string {
  const shown = lines.slice(0, MOST_LINES_SHOWN).join(", ");
  const more = lines.length > MOST_LINES_SHOWN ? ` and ${lines.length - MOST_LINES_SHOWN} more` : "";
  return `${visible(path)}: not read again, ${why}: ${lines.length === 1 ? "line" : "lines"} ${shown}${more}`;
}
