import type pg from "pg";
import type { PrismaClient } from "../../database/generated/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { JobState } from "../../runs/jobState.ts";

/** A row of an answer: exact decimals as text. */
export type AnswerRow = Readonly<Record<string, string | number | null>>;

/** Rows by view, and what had been loaded by then. */
export interface ReadViews {
  readonly rows: Readonly<Record<string, readonly AnswerRow[]>>;
  /** The newest run that changed anything, and the highest transaction id; undefined where nothing has been loaded. */
  readonly upTo: { readonly runId: number; readonly at: Date; readonly watermark: bigint | null } | undefined;
}

/** A view of the aggregation layer. */
export interface ViewShape {
  readonly name: string;
  /** The question, as a title. */
  readonly title: string;
  /** What exactly is asked. */
  readonly definition: string;
  /** In their order. */
  readonly columns: readonly string[];
}

export interface PageCheck {
  readonly name: string;
  readonly subject: string;
  readonly column: string | null;
  readonly kind: string;
  readonly severity: string;
  readonly status: "passed" | "warned" | "failed";
  readonly failures: number;
  readonly observed: string;
  readonly expected: string;
  readonly runId: number;
  readonly checkedAt: Date;
}

/** What came of each declared check last. */
export interface PageChecks {
  readonly results: readonly PageCheck[];
  /** What is wrong with the file that declares them; there is no result then. */
  readonly problem: string | undefined;
}

export interface PageAlert {
  /** What it is about: stays the same while it is open. */
  readonly key: string;
  readonly kind: string;
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly raised_at: Date;
}

/** A due time to come. */
export interface PageDueTime {
  readonly at: Date;
  /** What clocks show then, in the zone of the job. */
  readonly local: string;
  readonly clocks: "skipped" | "repeated" | null;
}

export interface PageJob {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly catchUp: string;
  readonly next: readonly PageDueTime[];
  readonly pausedAt: Date | null;
  readonly waiting: readonly {
    readonly dueAt: Date;
    readonly attempts: number;
    readonly notBefore: Date | null;
  }[];
  readonly latest:
    { readonly dueAt: Date; readonly state: string; readonly runId: number | null } | undefined;
}

/** What pages are made of; all of it is read as the reader, and none of it writes. */
export interface PageSource {
  readonly clock: Clock;
  /** How far behind the replica is that all of it is read from, in words; undefined where it is read from the database itself, or nobody answers. */
  readonly behind: () => Promise<string | undefined>;
  /** The typed client; undefined until the database is open. */
  readonly client: () => Promise<PrismaClient> | undefined;
  /** Connections of the same role, for what is asked in SQL. */
  readonly pool: () => pg.Pool | undefined;
  /** The five questions first. */
  readonly answers: readonly ViewShape[];
  /** The views beside them. */
  readonly otherViews: readonly ViewShape[];
  /** All in one snapshot. */
  readonly readViews: (names: readonly string[]) => Promise<ReadViews>;
  readonly asCsv: (view: ViewShape, rows: readonly AnswerRow[]) => string;
  readonly checks: () => Promise<PageChecks>;
  /** Those that are open, newest first. */
  readonly alerts: () => Promise<readonly PageAlert[]>;
  readonly schedule: () => Promise<readonly PageJob[]>;
  /** How the jobs of this daemon stand; undefined until there is a schedule. */
  readonly jobs: () => readonly JobState[] | undefined;
}
