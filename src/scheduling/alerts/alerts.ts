import type pg from "pg";
import { withPooledTransaction } from "../../database/pool.ts";
import { sqlFile } from "../../database/sqlFile.ts";
import { publicMessage } from "../../lib/publicError.ts";
import type { Alert, AlertEvent } from "./alert.ts";
import { messageOf } from "./alertMessage.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const lockAlerts = sql("lockAlerts");
const reconcileAlerts = sql("reconcileAlerts");
const claimAlert = sql("claimAlert");
const noteSent = sql("noteSent");
const noteUnsent = sql("noteUnsent");

/** When something is an alert. */
export interface AlertRules {
  /** Share of a source's records in its latest load above which rejected ones are. */
  readonly rejectRatio: number;
}

/** An alert that was raised or resolved just now. */
export interface AlertChange extends Pick<Alert, "key" | "severity" | "summary"> {
  readonly event: AlertEvent;
}

/** An alert that is to be told of. */
interface ClaimedAlert extends Alert, pg.QueryResultRow {
  readonly alert_id: string;
  readonly event: AlertEvent;
  readonly attempts: number;
}

/** A due time that no run has begun for is late after so long. */
const LATE_MS = 30 * 60_000;

/**
 * Compares what is wrong by what the database says with the alerts that are open, raises and resolves. Whoever looks, each is
 * raised once: what a daemon did not live to say, the next one says.
 */
export function reconcile(pool: pg.Pool, now: Date, { rejectRatio }: AlertRules): Promise<AlertChange[]> {
  return withPooledTransaction(pool, async (client) => {
    await lockAlerts.run(client);
    const { rows } = await reconcileAlerts.run<AlertChange & pg.QueryResultRow>(client, {
      now: now.toISOString(),
      late_ms: LATE_MS,
      reject_ratio: rejectRatio,
    });
    return rows;
  });
}

/** Tells somebody. Throws when that failed. */
export type Tell = (message: unknown) => Promise<void>;

/** Longer than telling takes: who has claimed an alert and died has not told it by then. */
const CLAIM_MS = 60_000;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** In one look; a webhook that is slow must not hold up what else is watched. */
const MOST_AT_ONCE = 20;

/**
 * Tells what is to be told, oldest first, each by one of all daemons. What cannot be told is tried again later. One that dies
 * between telling and noting that it has leaves it to be told twice, under the same `id` and `event`.
 *
 * @returns how many were told, and what kept the last from it, if anything
 */
export async function tellAlerts(
  pool: pg.Pool,
  now: () => Date,
  tell: Tell,
  stopping: AbortSignal,
): Promise<{ readonly told: number; readonly problem: string | undefined }> {
  let told = 0;
  for (; told < MOST_AT_ONCE && !stopping.aborted; told += 1) {
    const claimedAt = now();
    const { rows } = await claimAlert.run<ClaimedAlert>(pool, {
      now: claimedAt.toISOString(),
      until: new Date(claimedAt.getTime() + CLAIM_MS).toISOString(),
    });
    const [alert] = rows;
    if (alert === undefined) return { told, problem: undefined };
    try {
      await tell(messageOf(alert.event, Number(alert.alert_id), alert));
    } catch (error) {
      const problem = publicMessage(error);
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (alert.attempts - 1), LONGEST_PAUSE_MS);
      const again = new Date(now().getTime() + pauseMs).toISOString();
      await noteUnsent.run(pool, { alert_id: alert.alert_id, again, problem });
      return { told, problem };
    }
    await noteSent.run(pool, { alert_id: alert.alert_id, event: alert.event, now: now().toISOString() });
  }
  return { told, problem: undefined };
}
