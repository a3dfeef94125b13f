import type pg from "pg";

// Prisma and plain SQL both read wrong instants in a session of another zone (prisma/orm#28629).
const IN_UTC = "-c timezone=UTC";

/** A peer that is gone is noticed by TCP when it has been silent for so long, and does not answer for ten seconds then. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/**
 * What every connection of ours asks for. Settings that the URL asks for with `?options=` stay, but for the time zone,
 * and so does all else of it but for `application_name`:
 * pg takes the URL's over those beside it, so ours is put into the URL, last.
 */
export function connectionSettings(url: string, applicationName: string): pg.ClientConfig {
  // A bare per cent sign, as passwords have, is none of an escape: pg reads it so as well.
  const inUtc = new URL(url.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  const options = inUtc.searchParams.get("options");
  inUtc.searchParams.set("options", options === null ? IN_UTC : `${options} ${IN_UTC}`);
  // By their names our sessions know each other.
  inUtc.searchParams.set("application_name", applicationName);
  return {
    connectionString: inUtc.href,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    connectionTimeoutMillis: 15_000,
  };
}
