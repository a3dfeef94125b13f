import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import type { Clock } from "../../lib/clock.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { orLate } from "../../lib/orLate.ts";
import { timeText } from "../../lib/timeText.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const standing = sqlFile(new URL("./standing.sql", import.meta.url));

/** How old what a replica shows may be. */
export interface ReplicaStanding {
  /**
   * At most so many seconds: 0 where it has all that its primary had flushed when it was asked. Null where that cannot be known: the
   * primary does not say, or the server replicates in a way of its own.
   */
  readonly behindS: number | null;
  /** When the latest commit was made that it shows; undefined where it has replayed none since it was started. */
  readonly replayedAt: Date | undefined;
}

interface Servers {
  readonly replica: pg.Pool;
  /** Of the database that it is to be a replica of; undefined while it is not open. */
  readonly primary: () => pg.Pool | undefined;
  readonly clock: Clock;
}

interface Row extends pg.QueryResultRow {
  readonly is_standby: boolean;
  readonly cluster: string;
  readonly database: string;
  readonly started_at: string;
  readonly now_s: number;
  /** A place in the log, in bytes. */
  readonly reached: string;
  readonly replayed_s: number | null;
}

/** What was written this moment is given so long to arrive, before it counts as not there. */
const ARRIVING_MS = 250;
const LOOK_MS = 50;
/** Of a limit, for the primary: one that hangs must not pass for a replica that does. */
const PRIMARYS_SHARE = 0.25;
/** Places that the primary is remembered to have been at. */
const MOST_REMEMBERED = 200;

/**
 * Asks a replica how it stands, and its primary how far it should be. How old it is at most is told by what is the least: since
 * when the primary has been further than the replica, as far as that was asked, or the age of the latest commit that it shows.
 *
 * @returns what asks, within a limit; it throws TillhouseError `replica_unusable` for what is no replica of the primary, and what the
 *   replica does
 */
export function replicaStanding({
  replica,
  primary,
  clock,
}: Servers): (limitMs: number) => Promise<ReplicaStanding> {
  const remembered: { readonly reached: bigint; readonly atMs: number }[] = [];

  const askPrimary = async (limitMs: number): Promise<Row | null> => {
    const pool = primary();
    if (pool === undefined) return null;
    // That it is away is told elsewhere.
    const asked = standing.run<Row>(pool, {}, limitMs).then(onlyRow, () => null);
    return orLate(asked, limitMs * PRIMARYS_SHARE, () => null);
  };
  const askReplica = async (limitMs: number): Promise<Row> =>
    onlyRow(await standing.run<Row>(replica, {}, limitMs));
  const sinceFurther = (reached: bigint): number => {
    const last = remembered.findLastIndex((place) => place.reached <= reached);
    // What lies before it is not needed again.
    remembered.splice(0, Math.max(last, remembered.length - MOST_REMEMBERED));
    const [newest] = remembered;
    return last < 0 || newest === undefined ? Infinity : (clock.monotonicMs() - newest.atMs) / 1_000;
  };

  return async (limitMs) => {
    const theirs = await askPrimary(limitMs);
    if (theirs !== null) remembered.push({ reached: BigInt(theirs.reached), atMs: clock.monotonicMs() });
    const deadlineMs = clock.monotonicMs() + ARRIVING_MS;
    for (;;) {
      let ours: Row;
      try {
        ours = await askReplica(limitMs);
      } catch (error) {
        if (isOfItsOwn(error)) return { behindS: null, replayedAt: undefined };
        throw error;
      }
      if (theirs !== null) requireReplica(ours, theirs);
      const reached = BigInt(ours.reached);
      const isLevel = theirs !== null && reached >= BigInt(theirs.reached);
      if (theirs !== null && !isLevel && clock.monotonicMs() < deadlineMs) {
        await pause(LOOK_MS);
        continue;
      }
      const sinceCommit =
        theirs === null || ours.replayed_s === null ? Infinity : theirs.now_s - ours.replayed_s;
      const atMost = Math.min(sinceFurther(reached), Math.max(sinceCommit, 0));
      return {
        behindS: isLevel ? 0 : Number.isFinite(atMost) ? atMost : null,
        replayedAt: ours.replayed_s === null ? undefined : new Date(ours.replayed_s * 1_000),
      };
    }
  };
}

/** Some managed servers replicate otherwise, and know no places of a log. */
const isOfItsOwn = (error: unknown): boolean => (Object(error) as { code?: unknown }).code === "0A000";

/** @throws TillhouseError `replica_unusable` */
function requireReplica(ours: Row, theirs: Row): void {
  const isSameServer = ours.started_at === theirs.started_at;
  const problem =
    ours.cluster !== theirs.cluster || ours.database !== theirs.database
      ? "another database than a replica of DATABASE_URL's"
      : ours.is_standby || isSameServer
        ? undefined
        : "a server that does not follow DATABASE_URL's: a copy of it, or a replica that was promoted";
  if (problem === undefined) return;
  throw new TillhouseError(
    "replica_unusable",
    `READER_DATABASE_URL leads to ${problem}. Name a streaming replica, or leave it out.`,
    { variable: "READER_DATABASE_URL" },
  );
}

const MINUTE_S = 60;
const HOUR_S = 3_600;

/** The same in words. */
export function behindText({ behindS, replayedAt }: ReplicaStanding): string {
  if (behindS === null)
    return replayedAt === undefined
      ? "how far behind is not known"
      : `whose latest commit is of ${timeText(replayedAt)} UTC; how far behind that is is not known`;
  if (behindS < 1) return "less than a second behind";
  if (behindS < 2 * MINUTE_S) return `${Math.round(behindS)} s behind`;
  if (behindS < 2 * HOUR_S) return `${Math.round(behindS / MINUTE_S)} minutes behind`;
  return `${Math.round(behindS / HOUR_S)} hours behind`;
}
