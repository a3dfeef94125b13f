import { addOutcomes, NO_OUTCOMES, outcomeColumns, type Outcomes } from "../src/runs/outcomes.ts";
import { publicMessage, statusOf } from "../src/runs/runLog.ts";
import type { DiscoveredFile } from "../src/sources/discoverFiles.ts";

/** What a run did with one file. */
export interface FileReport {
  readonly source: DiscoveredFile["source"];
  readonly path: string;
  readonly status: "loaded" | "unchanged" | "failed";
  readonly outcomes: Outcomes;
  readonly error?: string;
}

export function fileReport(
  file: DiscoveredFile,
  status: FileReport["status"],
  outcomes: Outcomes,
  error?: string,
): FileReport {
  return {
    source: file.source,
    path: file.path,
    status,
    outcomes,
    ...(error === undefined ? {} : { error }),
  };
}

/** What a run of the ingest job did. */
export interface IngestReport {
  readonly runId: number;
  readonly files: readonly FileReport[];
  /** Quarantined records of earlier that loaded now. */
  readonly resolved: number;
  /** Highest transaction id in the warehouse; null when it is empty. */
  readonly watermark: number | null;
  readonly durationMs: number;
  /** The first error that stopped a file; undefined when none was. */
  readonly failure: unknown;
}

/** The report as `job:ingest --json` prints it. */
export function reportAsJson(report: IngestReport): Record<string, unknown> {
  const sum = report.files.reduce((outcomes, file) => addOutcomes(outcomes, file.outcomes), NO_OUTCOMES);
  return {
    run_id: report.runId,
    status: report.failure === undefined ? "succeeded" : statusOf(report.failure),
    ...outcomeColumns(sum),
    resolved: report.resolved,
    watermark: report.watermark,
    duration_ms: Math.round(report.durationMs),
    ...(report.failure === undefined ? {} : { error: publicMessage(report.failure) }),
    files: report.files.map(({ source, path, status, outcomes, error }) => ({
      source,
      path,
      status,
      ...outcomeColumns(outcomes),
      ...(error === undefined ? {} : { error }),
    })),
  };
}
