import { REPLAY } from "../../jobs/jobNames.ts";
import { undo, type UndoReport } from "../../jobs/undo.ts";
import { visible } from "../lib/visible.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext } from "./commandContext.ts";
import { print, printJson } from "./output.ts";
import { runByHand } from "./runByHand.ts";

export interface UndoOptions {
  readonly json?: boolean;
}

/** `undo`: takes the newest run back that changed something. */
export async function undoCommand(options: UndoOptions): Promise<void> {
  const onStop = "finishing; a second one breaks off, and all stays as it was";
  await runByHand(commandContext(), "own", onStop, async (job) => {
    const report = await undo(job);
    if (options.json === true) printJson(undoAsJson(report));
    else printUndo(report);
  });
}

function undoAsJson({ run, runId, undone }: UndoReport): object {
  return {
    run_id: runId,
    status: "succeeded",
    undone: run && {
      ...{ run_id: run.runId, job: run.job, started_at: run.startedAt },
      ...(undone && {
        facts_removed: undone.factsRemoved,
        facts_restored: undone.factsRestored,
        rejects_removed: undone.rejectsRemoved,
        rows_removed: undone.rowsRemoved,
        rows_restored: undone.rowsRestored,
      }),
      files: run.files,
    },
  };
}

function printUndo({ run, undone }: UndoReport): void {
  if (run === null) {
    print("No run is left that changed anything.");
    return;
  }
  print(`Run ${run.runId} of ${timeText(run.startedAt)} is taken back, as if it had never been.`);
  if (undone !== null) {
    print(
      `Transactions: ${undone.factsRemoved} removed, ${undone.factsRestored} as they were before it. ` +
        `Records taken out of quarantine: ${undone.rejectsRemoved}.`,
    );
  }
  if (run.job === REPLAY) print("What it loaded is in quarantine again: npm run replay");
  if (run.files.length === 0) return;
  print("The next run loads these files again, unless they are taken out of DATA_DIR:");
  for (const path of run.files) print(`  ${visible(path)}`);
}
