import type pg from "pg";
import { sessionOptions, type Entry } from "./entry.ts";

/** A peer that is gone is noticed by TCP when it has been silent for so long, and does not answer for ten seconds then. */
const KEEP_ALIVE_AFTER_MS = 10_000;

const CONNECT_WITHIN_MS = 15_000;

/**
 * What every connection of ours asks for. Settings that the URL asks for with `?options=` stay, but for time zone and role,
 * and so does all else of it but for `application_name`:
 * pg takes the URL's over those beside it, so ours is put into the URL, last.
 */
export function connectionSettings(entry: Entry, applicationName: string): pg.ClientConfig {
  // A bare per cent sign, as passwords have, is none of an escape: pg reads it so as well.
  const url = new URL(entry.url.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  const [options, ours] = [url.searchParams.get("options"), sessionOptions(entry)];
  url.searchParams.set("options", options === null ? ours : `${options} ${ours}`);
  // By their names our sessions know each other.
  url.searchParams.set("application_name", applicationName);
  return {
    connectionString: url.href,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    connectionTimeoutMillis: entry.connectWithinMs ?? CONNECT_WITHIN_MS,
  };
}
