import { onlyRow, sqlFile } from "../src/database/sqlFile.ts";
import type { MendedRows } from "../src/ingestion/rollups/rebuildRollups.ts";
import type { ChangedColumns } from "../src/ingestion/comparedWithLast.ts";
import type { VolumeNote } from "../src/ingestion/volumeOfLoad.ts";
import { addOutcomes, NO_OUTCOMES, outcomeColumns, type Outcomes } from "../src/runs/outcomes.ts";
import { statusOf } from "../src/runs/runLog.ts";
import type { SourceName } from "../src/sources/contracts.ts";
import type { RefusedFile } from "../src/sources/refusedFile.ts";
import type { JobContext } from "./job.ts";
import type { Rejections } from "./rejections.ts";
import { publicCode, publicMessage } from "../src/lib/publicError.ts";
import { rollupTable, type RollupName } from "../src/database/rollups.ts";
import { selectionAsJson, type Selection } from "./selection.ts";

const runSums = sqlFile(new URL("./runSums.sql", import.meta.url));

/** What a run did with one file. */
export interface FileReport {
  readonly source: SourceName;
  readonly path: string;
  /** `unchanged`: not read, since nothing about it has changed. */
  readonly status: "loaded" | "unchanged" | "failed" | "stopped";
  readonly outcomes: Outcomes;
  /** Of `outcomes.warnings`, and of notes on the file itself. */
  readonly warningsByKind?: Readonly<Record<string, number>>;
  /** What the last two kinds of those are about: how many records the file brought. */
  readonly volume?: VolumeNote | undefined;
  /** How its columns have changed since the last file of its source. */
  readonly changed?: ChangedColumns | undefined;
  /** Of a backfill: records that were read and not asked for; none of `outcomes`. */
  readonly outOfRange?: number;
  /** Quarantined records of the file that loaded in this run. */
  readonly resolved: number;
  /** Highest transaction id that this run committed of it; null where there is none. */
  readonly watermark: number | null;
  readonly durationMs: number;
  readonly error?: unknown;
}

/** What a run of the ingest job did. */
export interface IngestReport {
  readonly runId: number;
  readonly files: readonly FileReport[];
  /** What was found and is not read: none of `files`. */
  readonly refused: readonly RefusedFile[];
  /** Quarantined records of earlier that loaded now. */
  readonly resolved: number;
  /** Highest transaction id in the warehouse; null when it is empty. */
  readonly watermark: number | null;
  readonly durationMs: number;
  /** The first error that stopped a file, or the run; undefined when none did. */
  readonly failure: unknown;
  /** Of a full refresh: the paths of what was loaded before and is in no file any more. Absent otherwise. */
  readonly fullRefresh?: { readonly missing: readonly string[] };
  /** Of a dry run, which leaves nothing to look at: what it would have put into quarantine. Absent otherwise. */
  readonly dryRun?: { readonly rejections: readonly Rejections[] };
  /** What was selected, where it was parts of the pipeline. */
  readonly selection?: Selection;
  /** Of such a selection: rows of each rollup that did not agree with the facts, and do now. Absent where it did not come to that. */
  readonly rebuilt?: MendedRows;
}

/** Rollups by their names in the database, with the rows that were mended. */
export function mendedRollups(rebuilt: MendedRows): [table: string, mended: number][] {
  return Object.entries(rebuilt).map(([name, mended]) => [rollupTable(name as RollupName), mended]);
}

/** An error as JSON output has it. */
export function errorAsJson(error: unknown): { error: { code: string; message: string } } {
  return { error: { code: publicCode(error), message: publicMessage(error) } };
}

/** How a run that ended so is called. */
export function statusOfReport(report: Pick<IngestReport, "failure">): "succeeded" | "failed" | "stopped" {
  return report.failure === undefined ? "succeeded" : statusOf(report.failure);
}

/** The report as `job:ingest --json` prints it. */
export function reportAsJson(report: IngestReport): Record<string, unknown> {
  const sum = report.files.reduce((outcomes, file) => addOutcomes(outcomes, file.outcomes), NO_OUTCOMES);
  return {
    // The number of a dry run is nobody's.
    run_id: report.dryRun === undefined ? report.runId : null,
    ...(report.dryRun !== undefined && { dry_run: true }),
    ...(report.fullRefresh !== undefined && { full_refresh: true, missing: report.fullRefresh.missing }),
    ...(report.selection !== undefined && { selected: selectionAsJson(report.selection) }),
    status: statusOfReport(report),
    ...outcomeColumns(sum),
    resolved: report.resolved,
    watermark: report.watermark,
    duration_ms: Math.round(report.durationMs),
    ...(report.failure === undefined ? {} : errorAsJson(report.failure)),
    refused: report.refused,
    ...(report.dryRun !== undefined && { rejections: report.dryRun.rejections }),
    ...(report.rebuilt !== undefined && { rebuilt: Object.fromEntries(mendedRollups(report.rebuilt)) }),
    files: report.files.map((file) => ({
      source: file.source,
      path: file.path,
      status: file.status,
      ...outcomeColumns(file.outcomes),
      ...(file.outOfRange !== undefined && { out_of_range: file.outOfRange }),
      warnings_by_kind: file.warningsByKind ?? {},
      ...(file.volume?.kind === "few_records" && { usual_records: file.volume.usual }),
      ...(file.changed !== undefined && {
        compared_with: file.changed.comparedWith,
        schema_changes: file.changed.changes,
      }),
      resolved: file.resolved,
      watermark: file.watermark,
      duration_ms: Math.round(file.durationMs),
      ...(file.error === undefined ? {} : errorAsJson(file.error)),
    })),
  };
}

/**
 * What a run did, with where the warehouse stands.
 *
 * @param started the clock's monotonic milliseconds at its beginning
 */
export async function reportOf(
  runId: number,
  done: Pick<IngestReport, "files" | "refused" | "failure">,
  { database, clock }: JobContext,
  started: number,
): Promise<IngestReport> {
  const sums = await runSums.run<{ resolved: string; watermark: string | null }>(database.pool, {
    run_id: runId,
  });
  const { resolved, watermark } = onlyRow(sums);
  return {
    runId,
    ...done,
    resolved: Number(resolved),
    watermark: watermark === null ? null : Number(watermark),
    durationMs: clock.monotonicMs() - started,
  };
}
