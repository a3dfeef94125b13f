import { sqlFile } from "../../database/sqlFile.ts";
import { SOURCES, type SourceName } from "../../sources/contracts.ts";
import { clientOf, poolOf } from "./database.ts";
import type { PageAlert, PageChecks, PageSource } from "./source.ts";
import { listRuns, runsAtWork, type ListedRun, type RunWithFiles } from "./runs.ts";

const latestRunsSql = sqlFile(new URL("./latestRuns.sql", import.meta.url));
const newestLoadsSql = sqlFile(new URL("./newestLoads.sql", import.meta.url));
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
  readonly freshness: readonly { readonly source: SourceName; readonly loadedAt: Date | null }[];
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
  readonly acceptedAmount: string;
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
  const [runs, atWork, latest, alerts, checks, waiting, rejected, loads, totals, days] = await Promise.all([
    listRuns(client, { take: SHOWN_RUNS }),
    runsAtWork(client, pool),
    latestRunsSql.run<LatestRun & Record<string, unknown>>(pool, { now: source.clock.now().toISOString() }),
    source.alerts(),
    source.checks(),
    client.quarantinedRecord.count({ where: { state: "waiting" } }),
    client.quarantinedRecord.count({ where: { state: "rejected" } }),
    newestLoadsSql.run<{ source: string; loaded_at: Date | null }>(pool),
    totalsSql.run<TotalsRow>(pool),
    client.dailySales.findMany({ orderBy: { calendarDate: "desc" }, take: SHOWN_DAYS }),
  ]);
  return {
    ...{ runs, atWork, alerts, checks },
    latest: latest.rows,
    quarantine: { waiting, rejected },
    freshness: SOURCES.map((name) => ({
      source: name,
      loadedAt: loads.rows.find((row) => row.source === name)?.loaded_at ?? null,
    })),
    totals: totalsOf(totals.rows[0]),
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

interface TotalsRow extends Record<string, unknown> {
  readonly transactions: string;
  readonly accepted: string;
  readonly accepted_amount: string;
  readonly stores: string;
  readonly devices: string;
}

function totalsOf(row: TotalsRow | undefined): Totals {
  return {
    transactions: row?.transactions ?? "0",
    accepted: row?.accepted ?? "0",
    acceptedAmount: row?.accepted_amount ?? "0.00",
    stores: row?.stores ?? "0",
    devices: row?.devices ?? "0",
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
