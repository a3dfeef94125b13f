import type pg from "pg";
import { onlyRow, sqlFile } from "../../database/sqlFile.ts";
import { newestLoads, type NewestLoad } from "../../runs/newestLoads.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const runTotals = sql("runTotals");
const jobStates = sql("jobStates");
const sources = sql("sources");
const newestDay = sql("newestDay");
const quarantine = sql("quarantine");
const openAlerts = sql("openAlerts");
const latestChecks = sql("latestChecks");

/** States that a job may be in. More than one may hold: it may be paused while its last run is still at work. */
export const JOB_STATES = ["running", "paused", "retrying", "due"] as const;

/** What becomes of records, by its name here and in the database. */
export const OUTCOMES = [
  ...(["loaded", "already_present", "corrected", "superseded", "rejected", "resolved"] as const),
];

type ByName<Name extends string, Value> = Readonly<Record<Name, Value>>;

/** What metrics are made of that the database keeps. Times are seconds of the epoch. */
export interface DatabaseAnswers {
  readonly runs: readonly {
    readonly job: string;
    readonly status: string;
    readonly within_seconds: number;
    readonly runs: number;
    readonly seconds: number;
    readonly last_ended_at: number;
  }[];
  readonly jobs: readonly (ByName<(typeof JOB_STATES)[number], boolean> & {
    readonly job: string;
    readonly missed_times: number | null;
  })[];
  readonly sources: readonly (ByName<(typeof OUTCOMES)[number], number> & {
    readonly source: string;
    readonly bytes_read: number;
    readonly watermark: number | null;
  })[];
  readonly newestLoads: readonly NewestLoad[];
  readonly newestDay: number | null;
  readonly quarantine: readonly {
    readonly source: string;
    readonly state: string;
    readonly reason: string;
    readonly records: number;
  }[];
  readonly alerts: readonly { readonly kind: string; readonly severity: string; readonly open: number }[];
  readonly checks: readonly { readonly status: string; readonly checks: number }[];
}

/** Asks for all of it, on a connection of the reader. None of it takes longer where there are more facts. */
export async function askForAnswers(client: pg.ClientBase): Promise<DatabaseAnswers> {
  const rows = async <Name extends keyof DatabaseAnswers>(
    statement: typeof runTotals,
  ): Promise<DatabaseAnswers[Name]> => (await statement.run(client)).rows as unknown as DatabaseAnswers[Name];
  return {
    runs: await rows<"runs">(runTotals),
    jobs: await rows<"jobs">(jobStates),
    sources: await rows<"sources">(sources),
    newestLoads: await newestLoads(client),
    newestDay: onlyRow(await newestDay.run<{ began_at: number | null }>(client)).began_at,
    quarantine: await rows<"quarantine">(quarantine),
    alerts: await rows<"alerts">(openAlerts),
    checks: await rows<"checks">(latestChecks),
  };
}
