import type pg from "pg";
import { inOneSnapshotWithin } from "../../database/snapshot.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { oneAtATime } from "../../lib/oneAtATime.ts";
import { publicCode, publicMessage } from "../../lib/publicError.ts";
import { askForAnswers, type DatabaseAnswers } from "./databaseAnswers.ts";
import { databaseFamilies } from "./databaseMetrics.ts";
import type { MetricFamily } from "./metricFamily.ts";

export interface AskDatabaseOptions {
  /** Connections of the reader; undefined until the database is open. */
  readonly readers: () => pg.Pool | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted: the database is being closed. */
  readonly stopping: AbortSignal;
  readonly limitMs?: number;
}

/** A scrape has ten seconds as a rule. */
const LIMIT_MS = 2_000;

/**
 * Asks the database for its metrics; where it does not answer in time, there is only `tillhouse_database_up`, which is 0 then.
 * It is asked in one snapshot on one connection, and only asked: what is away stays so.
 */
export function askDatabase(options: AskDatabaseOptions): () => Promise<readonly MetricFamily[]> {
  const { readers, clock, logger, stopping, limitMs = LIMIT_MS } = options;
  let wasUp = true;

  const ask = async (): Promise<readonly MetricFamily[]> => {
    const pool = stopping.aborted ? undefined : readers();
    if (pool === undefined) return AWAY;
    const askedAtMs = clock.monotonicMs();
    try {
      const answers = await inOneSnapshotWithin(pool, limitMs, askForAnswers);
      wasUp = true;
      const seconds = (clock.monotonicMs() - askedAtMs) / 1000;
      return answeredFamilies(answers, seconds, clock.now());
    } catch (error) {
      // Said once: scrapes come every few seconds.
      if (wasUp && !stopping.aborted)
        logger.warn(`metrics are without those of the database: ${publicMessage(error)}`, {
          code: publicCode(error),
        });
      wasUp = false;
      return AWAY;
    }
  };

  return oneAtATime(ask, limitMs, () => AWAY);
}

/** Those of a database that has answered, after so many seconds. */
export function answeredFamilies(answers: DatabaseAnswers, seconds: number, now: Date): MetricFamily[] {
  return [upFamily(true), answerTimeFamily(seconds), ...databaseFamilies(answers, now)];
}

function upFamily(isUp: boolean): MetricFamily {
  return {
    ...{ name: "tillhouse_database_up", type: "gauge" },
    help: "Whether the database has answered this scrape, 1 or 0. At 0 there are no other metrics of the database.",
    samples: [{ value: Number(isUp) }],
  };
}

function answerTimeFamily(seconds: number): MetricFamily {
  return {
    ...{ name: "tillhouse_database_answer_seconds", type: "gauge" },
    help: "How long the database took to answer for these metrics, in seconds.",
    samples: [{ value: seconds }],
  };
}

const AWAY: readonly MetricFamily[] = [upFamily(false)];
