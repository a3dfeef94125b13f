import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { systemClock } from "../lib/clock.ts";
import { connectionSettings } from "./connectionSettings.ts";
import { sqlFile } from "./sqlFile.ts";

const sessionState = sqlFile(new URL("./sessionState.sql", import.meta.url));

const LOOK_EVERY_MS = 5_000;
/** A statement without an answer for so long makes one ask whether the server is still at it. */
const SUSPECT_AFTER_MS = 15_000;
/** A server that says it waits for us, for so long, has answered; or has not got what we sent. */
const WAITS_FOR_MS = 10_000;
/** A COPY waits for us now and then: it has to be seen so this often in a row. */
const SIGHTINGS = 3;
/** A server that cannot be asked for so long is as good as gone. One that was paused for less is waited for. */
const UNREACHABLE_AFTER_MS = 60_000;

const LEAVE_MS = 1_000;

/** How a session stands that has not answered: seen by another one. */
type Sighting = "at work" | "waits for us" | "in a COPY, waits for us" | "unreachable";

/**
 * Cuts a connection on which an answer will never come, such as one that a router or a proxy has forgotten: whoever waits
 * for the answer gets an error then. TCP alone may take hours to notice. A statement may last as long as it needs: the
 * server is asked, by another connection, whether it is still at it.
 *
 * @param client not connected yet, or not asked anything yet
 */
export function watchAnswers(client: pg.ClientBase, url: string): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  let askedAtMs: number | undefined;
  const asked = (...args: unknown[]): unknown => {
    askedAtMs ??= systemClock.monotonicMs();
    return query(...args);
  };
  (client as { query: unknown }).query = asked;
  let sightings: Sighting[] = [];
  let unreachableSinceMs: number | undefined;
  let isLooking = false;

  const look = async (statementAtMs: number): Promise<void> => {
    const pid = (client as unknown as { processID: number | null }).processID;
    if (pid === null) return;
    const sighting = await sightingOf(url, pid);
    // Answered meanwhile.
    if (askedAtMs !== statementAtMs) return;
    sightings = [...sightings, sighting].slice(-SIGHTINGS);
    if (sighting === "unreachable") unreachableSinceMs ??= statementAtMs;
    else unreachableSinceMs = undefined;
    const reason = reasonToCut(sightings, unreachableSinceMs);
    if (reason !== undefined) socketOf(client).destroy(new Error(`Connection terminated: ${reason}`));
  };
  const timer = setInterval(() => {
    const statementAtMs = askedAtMs;
    const isSuspect =
      statementAtMs !== undefined && systemClock.monotonicMs() - statementAtMs > SUSPECT_AFTER_MS;
    if (!isSuspect || isLooking) return;
    isLooking = true;
    void look(statementAtMs).finally(() => {
      isLooking = false;
    });
  }, LOOK_EVERY_MS);
  timer.unref();
  client.on("drain", () => {
    askedAtMs = undefined;
    unreachableSinceMs = undefined;
    sightings = [];
  });
  client.on("end", () => {
    clearInterval(timer);
  });
}

function reasonToCut(
  sightings: readonly Sighting[],
  unreachableSinceMs: number | undefined,
): string | undefined {
  const last = sightings.at(-1);
  if (last === "waits for us") return "the server has answered, and the answer did not arrive";
  const inCopy = sightings.filter((sighting) => sighting === "in a COPY, waits for us");
  if (inCopy.length === SIGHTINGS) return "the server waits for rows that were sent to it";
  if (
    unreachableSinceMs !== undefined &&
    systemClock.monotonicMs() - unreachableSinceMs > UNREACHABLE_AFTER_MS
  )
    return `the server has not answered for ${UNREACHABLE_AFTER_MS / 1000} s, nor let anyone in`;
  return undefined;
}

interface SessionState {
  readonly waits_for_client: boolean;
  readonly is_active: boolean;
  readonly milliseconds: string;
}

async function sightingOf(url: string, pid: number): Promise<Sighting> {
  const settings = connectionSettings(url, "tillhouse watch");
  const client = new pg.Client({ ...settings, query_timeout: LOOK_EVERY_MS });
  // Told by what is asked.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const [session] = (await sessionState.run<SessionState>(client, { pid })).rows;
    // A session that is not known by this number, as behind a pooler, or has just ended, is left to TCP.
    if (session?.waits_for_client !== true) return "at work";
    if (session.is_active) return "in a COPY, waits for us";
    return Number(session.milliseconds) > WAITS_FOR_MS ? "waits for us" : "at work";
  } catch {
    return "unreachable";
  } finally {
    // A server that is paused would never take leave.
    await Promise.race([client.end().catch(() => undefined), pause(LEAVE_MS, undefined, { ref: false })]);
    socketOf(client).destroy();
  }
}

/** The socket under a client, which the types of `pg` leave out. */
export function socketOf(client: pg.ClientBase): { destroy(error?: Error): void } {
  return (client as unknown as { connection: { stream: { destroy(error?: Error): void } } }).connection
    .stream;
}
