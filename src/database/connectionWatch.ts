import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { systemClock } from "../lib/clock.ts";
import { connectionSettings } from "./connectionSettings.ts";
import { isAnswer } from "./databaseErrors.ts";
import { sqlFile } from "./sqlFile.ts";

const sessionState = sqlFile(new URL("./sessionState.sql", import.meta.url));

const LOOK_EVERY_MS = 5_000;
/** A statement without an answer for so long makes one ask whether the server is still at it. */
const SUSPECT_AFTER_MS = 15_000;
/** A server that says it waits for us, for so long, has answered; or has not got what we sent. */
const WAITS_FOR_MS = 10_000;
/** A COPY waits for us now and then: it has to be seen so this often in a row, without anything having come. */
const ROWS_SIGHTINGS = 3;
/** A server that cannot be asked for so long is as good as gone. One that was paused for less is waited for. */
const UNREACHABLE_AFTER_MS = 60_000;

const LEAVE_MS = 1_000;

/** How a session stands that has not answered: seen by another one. */
export type Sighting =
  | { readonly kind: "at work" }
  /** Not in a statement: it has answered, or has not got what was sent. */
  | { readonly kind: "waits for us" }
  /** In a statement: for more rows of a COPY, of which so many bytes have come. */
  | { readonly kind: "waits for rows"; readonly copiedBytes: string | null }
  | { readonly kind: "unreachable" };

/** What was seen of a session since it was asked something. */
export class Sightings {
  #last: Sighting | undefined;
  /** Sightings in a row that say the same as the last. */
  #alike = 0;
  /** When the first of them was made. */
  #sinceMs = 0;

  /**
   * Takes another one.
   *
   * @param atMs when the look began, in milliseconds of a monotonic clock
   * @returns why no answer is to be waited for any more; undefined while one is
   */
  see(sighting: Sighting, atMs: number): string | undefined {
    const isAlike = JSON.stringify(sighting) === JSON.stringify(this.#last);
    this.#alike = isAlike ? this.#alike + 1 : 1;
    if (!isAlike) this.#sinceMs = atMs;
    this.#last = sighting;
    switch (sighting.kind) {
      case "at work":
        return undefined;
      case "waits for us":
        return "the server has answered, and the answer did not arrive";
      case "waits for rows":
        return this.#alike < ROWS_SIGHTINGS ? undefined : "the server waits for rows that were sent to it";
      case "unreachable":
        return atMs - this.#sinceMs < UNREACHABLE_AFTER_MS
          ? undefined
          : `for ${UNREACHABLE_AFTER_MS / 1000} s the server has not answered, nor let anyone in`;
    }
  }
}

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
  let sightings = new Sightings();
  let isLooking = false;

  const look = async (statementAtMs: number): Promise<void> => {
    const pid = (client as unknown as { processID: number | null }).processID;
    if (pid === null) return;
    const lookedAtMs = systemClock.monotonicMs();
    const sighting = await sightingOf(url, pid);
    // Answered meanwhile.
    if (askedAtMs !== statementAtMs) return;
    const reason = sightings.see(sighting, lookedAtMs);
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
    sightings = new Sightings();
  });
  client.on("end", () => {
    clearInterval(timer);
  });
}

interface SessionState {
  readonly waits_for_client: boolean;
  readonly is_active: boolean;
  readonly milliseconds: string;
  readonly copied_bytes: string | null;
}

async function sightingOf(url: string, pid: number): Promise<Sighting> {
  // As the user who logs in: what a session is at is shown to those alone who have its user's rights.
  const settings = connectionSettings({ url }, "tillhouse watch");
  const client = new pg.Client({ ...settings, query_timeout: LOOK_EVERY_MS });
  // Told by what is asked.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const [session] = (await sessionState.run<SessionState>(client, { pid })).rows;
    // A session that is not known by this number, as behind a pooler, or has just ended, is left to TCP.
    if (session?.waits_for_client !== true) return { kind: "at work" };
    if (session.is_active) return { kind: "waits for rows", copiedBytes: session.copied_bytes };
    return { kind: Number(session.milliseconds) > WAITS_FOR_MS ? "waits for us" : "at work" };
  } catch (error) {
    // A server that refuses us, having no connection to spare perhaps, is there.
    return { kind: isAnswer(error) ? "at work" : "unreachable" };
  } finally {
    await takeLeave(client);
  }
}

/** Ends a connection. A server that is paused would never take leave: it is not waited for. */
export async function takeLeave(client: pg.Client): Promise<void> {
  const left = client.end().catch(() => undefined);
  await Promise.race([left, pause(LEAVE_MS, undefined, { ref: false })]);
  socketOf(client).destroy();
}

/** The socket under a client, which the types of `pg` leave out. */
export function socketOf(client: pg.ClientBase): { destroy(error?: Error): void } {
  return (client as unknown as { connection: { stream: { destroy(error?: Error): void } } }).connection
    .stream;
}
