import { asDatabaseError, isLostConnection } from "../../database/databaseErrors.ts";
import type { Replica } from "../../database/replica/openReplica.ts";
import type { ReplicaStanding } from "../../database/replica/replicaStanding.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { oneAtATime } from "../../lib/oneAtATime.ts";
import { publicCode, publicMessage } from "../../lib/publicError.ts";
import { failed, type Finding } from "./finding.ts";

/** How the replica stands that pages are read from. */
export interface ReplicaFinding extends Finding {
  /** Undefined where it does not answer. */
  readonly standing?: ReplicaStanding;
}

export interface ReplicaCheckOptions {
  /** Undefined until it is open. */
  readonly replica: () => Pick<Replica, "standing"> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limitMs?: number;
}

const LIMIT_MS = 2_000;

/** Whether the replica answers in time, and how far behind it is. It only asks: what is away stays so. */
export function replicaCheck(options: ReplicaCheckOptions): () => Promise<ReplicaFinding> {
  const { replica, clock, logger, limitMs = LIMIT_MS } = options;
  const noAnswer = failed("database_no_answer", `The replica has not answered within ${limitMs / 1000} s.`);
  let said: string | undefined;
  /** Once: it is asked every few seconds. */
  const say = (code: string | undefined, message: string): void => {
    if (code === said) return;
    said = code;
    logger[code === undefined ? "info" : "warn"](message, { code });
  };

  const ask = async (): Promise<ReplicaFinding> => {
    const askedAtMs = clock.monotonicMs();
    try {
      const standing = await replica()?.standing(limitMs);
      // One that is not open yet says so itself.
      if (standing === undefined) return NOT_OPEN;
      say(undefined, "the replica answers again");
      return { status: "ok", standing };
    } catch (error) {
      const known = asDatabaseError(error);
      const code = publicCode(known);
      say(code, `no page can be read from the replica: ${publicMessage(known)}`);
      if (code === "replica_unusable") return failed(code, `${publicMessage(known)} ${LOADS_GO_ON}`);
      if (isLostConnection(error)) return AWAY;
      if (clock.monotonicMs() - askedAtMs >= limitMs) return noAnswer;
      return failed(code, `The replica answered with an error (${code}): see the daemon's log.`);
    }
  };
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
