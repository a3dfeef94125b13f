import type { Run } from "../database/generated/client.ts";
import { OPEN, openReasons } from "../runs/openQuarantine.ts";
import { remedyOf } from "../sources/reasons.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export interface ListOptions {
  readonly json?: boolean;
  /** Newest first, at most so many. */
  readonly limit: number;
}

const durationMs = (run: Run): number | null =>
  run.finishedAt === null ? null : run.finishedAt.getTime() - run.startedAt.getTime();

const countsOf = (run: Run) => ({
  records_read: Number(run.recordsRead),
  loaded: Number(run.loaded),
  already_present: Number(run.alreadyPresent),
  corrected: Number(run.corrected),
  superseded: Number(run.superseded),
  rejected: Number(run.rejected),
  resolved: Number(run.resolved),
  warnings: Number(run.warnings),
});

/** `runs`: the latest runs, with steps and files as JSON. */
export async function runsCommand(options: ListOptions): Promise<void> {
  await withDatabase(commandContext(), "answer", async (database) => {
    const prisma = await database.prisma();
    const runs = await prisma.run.findMany({
      orderBy: { runId: "desc" },
      take: options.limit,
      include: {
        steps: { orderBy: { stepNumber: "asc" } },
        files: { include: { file: { select: { source: true, path: true } } }, orderBy: { fileId: "asc" } },
      },
    });
    if (options.json !== true) {
      await printTable(
        ["run", "job", "status", "started", "seconds", "records", "loaded", "rejected", "resolved", "error"],
        runs.map((run) => [
          run.runId,
          `${run.job} (${run.trigger})`,
          run.status,
          timeText(run.startedAt),
          ((durationMs(run) ?? 0) / 1000).toFixed(1),
          Number(run.recordsRead),
          Number(run.loaded),
          Number(run.rejected),
          Number(run.resolved),
          run.errorCode,
        ]),
      );
      return;
    }
    printJson({
      runs: runs.map((run) => ({
        run_id: run.runId,
        job: run.job,
        trigger: run.trigger,
        status: run.status,
        started_at: run.startedAt,
        finished_at: run.finishedAt,
        duration_ms: durationMs(run),
        process: run.process,
        ...countsOf(run),
        watermark: run.watermark,
        error: run.errorCode === null ? null : { code: run.errorCode, message: run.errorMessage },
        steps: run.steps.map((step) => ({
          name: step.name,
          status: step.status,
          duration_ms: step.durationMs,
          counts: step.counts,
          error: step.errorMessage,
        })),
        files: run.files.map(({ file, ...counts }) => ({
          source: file.source,
          path: file.path,
          records_read: Number(counts.recordsRead),
          loaded: Number(counts.loaded),
          already_present: Number(counts.alreadyPresent),
          corrected: Number(counts.corrected),
          superseded: Number(counts.superseded),
          rejected: Number(counts.rejected),
          warnings: Number(counts.warnings),
          bytes_read: Number(counts.bytesRead),
          compared_with: counts.comparedWith,
          schema_changes: counts.schemaChanges,
        })),
      })),
    });
  });
}

/** What is shown of a record. The reader may read no more of it. */
const SHOWN = {
  source: true,
  file: { select: { path: true } },
  sourceLine: true,
  reason: true,
  columnName: true,
  state: true,
  runId: true,
  naturalKey: true,
  deviceId: true,
  storeId: true,
  fields: true,
} as const;

/** `rejects`: what is in quarantine and not resolved, redacted as it is kept. */
export async function rejectsCommand(options: ListOptions): Promise<void> {
  await withDatabase(commandContext(), "answer", async (database) => {
    const prisma = await database.prisma();
    const [records, total, byReason] = await Promise.all([
      prisma.quarantinedRecord.findMany({
        where: OPEN,
        orderBy: { quarantineId: "desc" },
        take: options.limit,
        select: SHOWN,
      }),
      prisma.quarantinedRecord.count({ where: OPEN }),
      openReasons(prisma),
    ]);
    if (options.json === true) {
      printJson({
        total,
        reasons: byReason.map((group) => ({ ...group, remedy: remedyOf(group.reason) })),
        records: records.map((record) => ({
          source: record.source,
          file: record.file.path,
          line: record.sourceLine,
          reason: record.reason,
          column: record.columnName,
          state: record.state,
          run_id: record.runId,
          natural_key: record.naturalKey,
          device_id: record.deviceId,
          store_id: record.storeId,
          fields: record.fields,
        })),
      });
      return;
    }
    if (total === 0) {
      print("Nothing is in quarantine.");
      return;
    }
    for (const { reason, records: many } of byReason)
      print(`${reason}: ${many} records. ${remedyOf(reason)}`);
    await printTable(
      ["file", "line", "reason", "column", "state", "id"],
      records.map((record) => [
        record.file.path,
        Number(record.sourceLine),
        record.reason,
        record.columnName,
        record.state,
        record.naturalKey === null ? null : String(record.naturalKey),
      ]),
    );
    if (total > records.length) print(`The newest ${records.length} of ${total}; --limit shows more.`);
  });
}
