import type pg from "pg";
import { asDatabaseError, isLostConnection } from "../../database/databaseErrors.ts";
import { unappliedOf } from "../../database/migrations.ts";
import type { Clock } from "../../lib/clock.ts";
import { oneAtATime } from "../../lib/oneAtATime.ts";
import { publicCode } from "../../lib/publicError.ts";
import { failed, type Finding } from "./finding.ts";

/** What was found when the database was asked. */
export interface DatabaseFinding extends Finding {
  /** How long it took to answer. */
  readonly answered_in_ms?: number;
}

export interface DatabaseCheckOptions {
  /** Undefined until it is open. */
  readonly pool: () => pg.Pool | undefined;
  /** Whether it is the embedded server, which somebody may stop under the daemon. */
  readonly isEmbedded: boolean;
  /** The migrations that it must have had. */
  readonly migrations: readonly string[];
  readonly clock: Clock;
  readonly limitMs?: number;
}

const LIMIT_MS = 2_000;

/**
 * Whether the database answers in time and has every migration. It only asks: what is away stays so.
 */
export function databaseCheck(options: DatabaseCheckOptions): () => Promise<DatabaseFinding> {
  const { limitMs = LIMIT_MS } = options;
  const noAnswer = failed("database_no_answer", `The database has not answered within ${limitMs / 1000} s.`);

  const ask = async (): Promise<DatabaseFinding> => {
    const { clock, migrations, isEmbedded } = options;
    const pool = options.pool();
    if (pool === undefined) return OPENING;
    const askedAtMs = clock.monotonicMs();
    try {
      const pending = await unappliedOf(migrations, pool, limitMs);
      if (pending.length > 0) return failed("migrations_pending", PENDING);
      return { status: "ok", answered_in_ms: Math.round(clock.monotonicMs() - askedAtMs) };
    } catch (error) {
      if (clock.monotonicMs() - askedAtMs >= limitMs) return noAnswer;
      // Its pool was ended: it is being opened again.
      if (pool.ending || isLostConnection(error)) return isEmbedded ? EMBEDDED_AWAY : AWAY;
      const code = publicCode(asDatabaseError(error));
      return failed(code, `The database answered with an error (${code}): see the daemon's log.`);
    }
  };

  return oneAtATime(ask, limitMs, () => noAnswer);
}

const OPENING = failed(
  "starting",
  "The database is being opened, and migrated where it is the embedded one.",
);
const PENDING = "The database lacks migrations that this version needs. Run: npm run db:migrate";
const AWAY = failed("database_connection_lost", "The database cannot be reached. Does it run?");
const EMBEDDED_AWAY = failed(
  "embedded_server_unavailable",
  "The embedded PostgreSQL is not running: it was stopped (npm run db:stop), or died. The daemon starts it when a job is due; to have it at once, restart the daemon.",
);
