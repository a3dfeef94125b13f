import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const replayed = sqlFile(new URL("./replayed.sql", import.meta.url));
const written = sqlFile(new URL("./written.sql", import.meta.url));

/** What was written this moment is given so long to arrive: the latest commit before it may be hours old, and would pass for the lag. */
const ARRIVING_MS = 100;

/**
 * How old what a replica shows may be, in seconds: 0 where it has all that its primary had written when it was asked; else since the
 * latest commit that it shows, by the clocks of both.
 *
 * @param primary without it the replica is asked what it has been sent, and cannot know what it was not
 * @param withinMs each is to answer in
 * @returns null where that cannot be known: it is no streaming replica, or has replayed nothing yet
 */
export async function secondsBehind(
  replica: pg.Pool,
  primary: pg.Pool | undefined,
  withinMs: number,
): Promise<number | null> {
  const reached = primary === undefined ? null : await writtenBy(primary, withinMs);
  const ask = async (): Promise<number | null> => {
    const asked = replayed.run<{ behind_s: number | null }>(replica, { reached }, withinMs);
    return onlyRow(await asked).behind_s;
  };
  try {
    const behindS = await ask();
    if (behindS === 0 || behindS === null) return behindS;
    await pause(ARRIVING_MS);
    return await ask();
  } catch (error) {
    // Some managed servers replicate otherwise, and know no places of a log.
    if ((error as { code?: unknown }).code === "0A000") return null;
    throw error;
  }
}

/** @returns null of a primary that is away: what the replica knows is left */
async function writtenBy(primary: pg.Pool, withinMs: number): Promise<string | null> {
  return written.run<{ reached: string }>(primary, {}, withinMs).then(
    (result) => onlyRow(result).reached,
    () => null,
  );
}

/** The same in words. */
export function behindText(seconds: number | null): string {
  if (seconds === null) return "how far behind is not known";
  return seconds < 1 ? "less than a second behind" : `${Math.round(seconds)} s behind`;
}
