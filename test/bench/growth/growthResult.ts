import type { Spread } from "../measuring/statistics.ts";
import type { Change } from "./changedRows.ts";
import type { ProcessFigures } from "../measuring/processFigures.ts";

/** One run of Tillhouse, as seen from outside and as it says itself. */
export interface IngestRun extends Omit<ProcessFigures, "processorSeconds"> {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** `duration_ms` of its report, which leaves out the start of the process. */
  readonly ownSeconds: number;
  readonly serverPeakMemoryBytes: number | null;
}

/** One of the five answers, in milliseconds at the client, on a warm server. */
export interface AnswerTimes {
  readonly name: string;
  readonly viewMs: Spread;
  readonly factsMs: Spread;
}

/** What was measured on top of one history. */
export interface HistoryResult {
  readonly rows: number;
  readonly bytes: number;
  /** Loading the history itself; none where there is none. */
  readonly firstLoads: readonly IngestRun[];
  readonly newRows: readonly IngestRun[];
  /** So many rows of each kind, one kind after the other; null where the history is too small. */
  readonly changes: { readonly rows: number; readonly runs: Readonly<Record<Change, IngestRun>> } | null;
  readonly nothingNew: readonly IngestRun[];
  readonly answers: readonly AnswerTimes[];
}

export interface GrowthResult {
  readonly newRows: number;
  /** By size. */
  readonly histories: readonly HistoryResult[];
  /** Runs with nothing new over about one megabyte of files. */
  readonly smallest: { readonly bytes: number; readonly nothingNew: readonly IngestRun[] };
}
