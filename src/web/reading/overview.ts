import { onlyRow, sqlFile } from "../../database/sqlFile.ts";
import { newestLoads, type NewestLoad } from "../../runs/newestLoads.ts";
import { clientOf, poolOf } from "./database.ts";
import type { PageAlert, PageChecks, PageSource } from "./source.ts";
import { listRuns, runsAtWork, type ListedRun, type RunWithFiles } from "./runs.ts";

const latestRunsSql = sqlFile(new URL("./latestRuns.sql", import.meta.url));
const totalsSql = sqlFile(new URL("./totals.sql", import.meta.url));

/** All that is asked of the warehouse at a glance. */
export interface Overview {
  readonly runs: readonly ListedRun[];
  readonly atWork: readonly RunWithFiles[];
  /** The latest run of each job that has ended. */
  readonly latest: readonly LatestRun[];
  readonly alerts: readonly PageAlert[];
  readonly checks: PageChecks;
  readonly quarantine: Readonly<Record<"waiting" | "rejected", number>>;
  readonly freshness: readonly NewestLoad[];
  readonly totals: Totals;
  /** The days up to the last with a sale, oldest first; those without one are among them. */
  readonly days: readonly Day[];
}

export interface LatestRun {
  readonly job: string;
  readonly run_id: number;
  readonly status: string;
  readonly error_code: string | null;
}

export interface Totals {
  /** Transactions of any status, and those accepted; exact amounts. */
  readonly transactions: string;
  readonly accepted: string;
  readonly accepted_amount: string;
  readonly stores: string;
  readonly devices: string;
}

export interface Day {
  readonly date: Date;
  readonly accepted: number;
  readonly others: number;
  /** Exact. */
  readonly acceptedAmount: string;
}

const SHOWN_RUNS = 8;
const SHOWN_DAYS = 90;
const DAY_MS = 86_400_000;

export async function readOverview(source: PageSource): Promise<Overview> {
  const [client, pool] = [await clientOf(source), poolOf(source)];
  const [runs, atWork, latest, alerts, checks, waiting, rejected, freshness, totals, days] =
    await Promise.all([
      listRuns(client, { take: SHOWN_RUNS }),
      runsAtWork(client, pool),
      latestRunsSql.run<LatestRun & Record<string, unknown>>(pool, { now: source.clock.now().toISOString() }),
      source.alerts(),
      source.checks(),
      client.quarantinedRecord.count({ where: { state: "waiting" } }),
      client.quarantinedRecord.count({ where: { state: "rejected" } }),
      newestLoads(pool),
      totalsSql.run<Totals & Record<string, unknown>>(pool),
      client.dailySales.findMany({ orderBy: { calendarDate: "desc" }, take: SHOWN_DAYS }),
    ]);
  return {
    ...{ runs, atWork, alerts, checks, freshness },
    latest: latest.rows,
    quarantine: { waiting, rejected },
    totals: onlyRow(totals),
    days: withoutGaps(
      days.map((day) => ({
        date: day.calendarDate,
        accepted: Number(day.acceptedTransactions),
        others: Number(day.transactions - day.acceptedTransactions),
        acceptedAmount: day.acceptedTransactedAmount.toFixed(2),
      })),
    ),
  };
}

/** The days before the last one, without gaps. */
function withoutGaps(days: readonly Day[]): Day[] {
  const times = days.map(({ date }) => date.getTime());
  const last = Math.max(...times);
  const first = Math.max(Math.min(...times), last - (SHOWN_DAYS - 1) * DAY_MS);
  const known = new Map(days.map((day) => [day.date.getTime(), day]));
  const count = days.length === 0 ? 0 : (last - first) / DAY_MS + 1;
  return Array.from({ length: count }, (_none, index) => {
    const at = first + index * DAY_MS;
    return known.get(at) ?? { date: new Date(at), accepted: 0, others: 0, acceptedAmount: "0.00" };
  });
}
