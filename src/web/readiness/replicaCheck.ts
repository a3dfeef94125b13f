import type pg from "pg";
import { asDatabaseError, isLostConnection } from "../../database/databaseErrors.ts";
import { secondsBehind } from "../../database/replica/secondsBehind.ts";
import { oneAtATime } from "../../lib/oneAtATime.ts";
import { publicCode } from "../../lib/publicError.ts";
import { failed, type Finding } from "./finding.ts";

/** How the replica stands that pages are read from. */
export interface ReplicaFinding extends Finding {
  /** How old what it shows may be, in seconds; null where that cannot be known. Absent where it does not answer. */
  readonly behind_s?: number | null;
}

export interface ReplicaCheckOptions {
  /** Undefined until it is open. */
  readonly replica: () => pg.Pool | undefined;
  /** Of the database that it is a replica of; undefined until it is open. */
  readonly primary: () => pg.Pool | undefined;
  readonly limitMs?: number;
}

const LIMIT_MS = 2_000;

/** Whether the replica answers in time, and how far behind it is. It only asks: what is away stays so. */
export function replicaCheck(options: ReplicaCheckOptions): () => Promise<ReplicaFinding> {
  const { replica, primary, limitMs = LIMIT_MS } = options;
  const ask = async (): Promise<ReplicaFinding> => {
    const pool = replica();
    if (pool === undefined) return NOT_OPEN;
    try {
      return { status: "ok", behind_s: await secondsBehind(pool, primary(), limitMs) };
    } catch (error) {
      if (pool.ending || isLostConnection(error)) return AWAY;
      const code = publicCode(asDatabaseError(error));
      return failed(code, `The replica answered with an error (${code}): see the daemon's log.`);
    }
  };
  const noAnswer = failed("database_no_answer", `The replica has not answered within ${limitMs / 1000} s.`);
  return oneAtATime(ask, limitMs, () => noAnswer);
}

const LOADS_GO_ON = "Pages cannot be read; loads go on.";
const NOT_OPEN = failed(
  "starting",
  `The replica of READER_DATABASE_URL is not open yet: see the daemon's log. ${LOADS_GO_ON}`,
);
const AWAY = failed(
  "database_connection_lost",
  `The replica of READER_DATABASE_URL cannot be reached. ${LOADS_GO_ON}`,
);
