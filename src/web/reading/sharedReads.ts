import { TillhouseError } from "../../lib/errors.ts";
import { orLate } from "../../lib/orLate.ts";

/** Longer than any page takes; a database that hangs is not waited for. */
const LIMIT_MS = 10_000;
/** Different things that are read at once: pages must leave connections, and the database time, for loads. */
const MOST_AT_ONCE = 8;

/**
 * Gives what is read under a key.
 *
 * @throws TillhouseError `database_busy` where too much is asked for, or the database does not answer in time; what `read` throws
 */
export type SharedReads = <T>(key: string, read: () => Promise<T>) => Promise<T>;

/**
 * Lets whoever asks for the same at the same time have one answer. However many ask, and however slow the database is, so many
 * questions at most are on their way.
 */
export function sharedReads(limitMs = LIMIT_MS): SharedReads {
  const underWay = new Map<string, Promise<unknown>>();

  return async <T>(key: string, read: () => Promise<T>): Promise<T> => {
    let reading = underWay.get(key) as Promise<T> | undefined;
    if (reading === undefined) {
      if (underWay.size >= MOST_AT_ONCE) throw busy("Too many pages are being read");
      reading = read().finally(() => underWay.delete(key));
      underWay.set(key, reading);
    }
    return orLate(reading, limitMs, () => {
      throw busy(`The database has not answered within ${limitMs / 1_000} s`);
    });
  };
}

const busy = (what: string): TillhouseError =>
  new TillhouseError("database_busy", `${what}. Try again in a moment.`);
