import type pg from "pg";
import type { Prisma, PrismaClient } from "../../database/generated/client.ts";
import type { RunStatus, Source } from "../../database/generated/enums.ts";
import { sqlFile } from "../../database/sqlFile.ts";

const runsAtWorkSql = sqlFile(new URL("./runsAtWork.sql", import.meta.url));

const COUNTS = {
  recordsRead: true,
  loaded: true,
  alreadyPresent: true,
  corrected: true,
  superseded: true,
  rejected: true,
  warnings: true,
} as const;

const LISTED = {
  runId: true,
  job: true,
  status: true,
  startedAt: true,
  finishedAt: true,
  errorCode: true,
  ...COUNTS,
} as const satisfies Prisma.RunSelect;

const OF_FILES = {
  source: true,
  bytesRead: true,
  comparedWith: true,
  schemaChanges: true,
  ...COUNTS,
  file: { select: { path: true, status: true, refusal: true, sizeBytes: true, committedBytes: true } },
} as const satisfies Prisma.RunFileSelect;

/** What became of records: counts. The first is the sum of the next five. */
export interface PageOutcomes {
  readonly recordsRead: bigint;
  readonly loaded: bigint;
  readonly alreadyPresent: bigint;
  readonly corrected: bigint;
  readonly superseded: bigint;
  readonly rejected: bigint;
  readonly warnings: bigint;
}

export interface ListedRun extends PageOutcomes {
  readonly runId: number;
  readonly job: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly errorCode: string | null;
}

/** What a run did with one file. */
export interface FileOfRun extends PageOutcomes {
  readonly source: Source;
  readonly bytesRead: bigint;
  /** Path of the last file of its source before it, where its columns are not those of that one. */
  readonly comparedWith: string | null;
  /** How they differ, as a list of `ColumnChange`. */
  readonly schemaChanges: Prisma.JsonValue;
  readonly file: {
    readonly path: string;
    readonly status: string;
    /** Why it was not loaded, or not to its end. */
    readonly refusal: string | null;
    readonly sizeBytes: bigint;
    /** How much of it is loaded, by whatever run. */
    readonly committedBytes: bigint;
  };
}

export interface RunWithFiles extends ListedRun {
  readonly files: readonly FileOfRun[];
}

export interface StepOfRun {
  readonly stepNumber: number;
  readonly name: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** By a clock that never goes back. */
  readonly durationMs: number | null;
  readonly counts: Prisma.JsonValue;
  readonly errorMessage: string | null;
}

export interface WholeRun extends RunWithFiles {
  readonly trigger: string;
  readonly parameters: Prisma.JsonValue;
  readonly process: string;
  readonly heartbeatAt: Date;
  /** The due time that it was for; null of one by hand. */
  readonly dueAt: Date | null;
  readonly errorMessage: string | null;
  /** Records of quarantine that this run loaded. */
  readonly resolved: bigint;
  readonly watermark: bigint | null;
  readonly steps: readonly StepOfRun[];
  readonly checks: readonly {
    readonly name: string;
    readonly severity: string;
    readonly status: string;
    readonly failures: bigint;
    readonly observed: string;
    readonly expected: string;
  }[];
  /** How many of its records are in quarantine, by reason and state. */
  readonly rejects: readonly { readonly reason: string; readonly state: string; readonly records: number }[];
  /** Files beyond those given. */
  readonly moreFiles: number;
}

/** Newest first. */
export async function listRuns(
  client: PrismaClient,
  { before, take }: { readonly before?: number | undefined; readonly take: number },
): Promise<readonly ListedRun[]> {
  return client.run.findMany({
    select: LISTED,
    orderBy: { runId: "desc" },
    ...(before !== undefined && { where: { runId: { lt: before } } }),
    take,
  });
}

/** Runs at work now, with their files. */
export async function runsAtWork(client: PrismaClient, pool: pg.Pool): Promise<readonly RunWithFiles[]> {
  const { rows } = await runsAtWorkSql.run<{ run_id: number }>(pool, { most: MOST_AT_WORK });
  if (rows.length === 0) return [];
  return client.run.findMany({
    select: { ...LISTED, files: { select: OF_FILES, orderBy: { fileId: "asc" }, take: MOST_FILES } },
    where: { runId: { in: rows.map(({ run_id: runId }) => runId) } },
    orderBy: { runId: "desc" },
  });
}

const MOST_AT_WORK = 5;
/** A page is to be read: of a run over thousands of files it shows the first. */
const MOST_FILES = 40;

/** A run with all that is known of it; undefined where there is none. */
export async function readRun(client: PrismaClient, runId: number): Promise<WholeRun | undefined> {
  const run = await client.run.findUnique({
    select: {
      ...LISTED,
      trigger: true,
      parameters: true,
      process: true,
      heartbeatAt: true,
      dueAt: true,
      errorMessage: true,
      resolved: true,
      watermark: true,
      steps: { orderBy: { stepNumber: "asc" } },
      files: { select: OF_FILES, orderBy: { fileId: "asc" }, take: MOST_FILES },
      checkResults: {
        select: { name: true, severity: true, status: true, failures: true, observed: true, expected: true },
        orderBy: { name: "asc" },
      },
      _count: { select: { files: true } },
    },
    where: { runId },
  });
  if (run === null) return undefined;
  const { checkResults: checks, _count: counted, ...rest } = run;
  const rejects = await client.quarantinedRecord.groupBy({
    by: ["reason", "state"],
    where: { runId },
    _count: true,
    orderBy: [{ reason: "asc" }, { state: "asc" }],
  });
  return {
    ...rest,
    checks,
    rejects: rejects.map(({ reason, state, _count }) => ({ reason, state, records: _count })),
    moreFiles: counted.files - rest.files.length,
  };
}
