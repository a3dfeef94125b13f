import type pg from "pg";
import { TillhouseError } from "../lib/errors.ts";
import { TIME_ZONE, type Entry } from "./entry.ts";
import { ROLES } from "./roles/rights.ts";
import { onlyRow, sqlFile } from "./sqlFile.ts";

const enteredAs = sqlFile(new URL("./enteredAs.sql", import.meta.url));

interface EnteredAs {
  readonly user: string;
  readonly time_zone: string;
  readonly is_read_only: boolean;
  readonly is_of_cluster: boolean;
}

/**
 * Passes when a pool's sessions are what the entry asks for. A pooler in between may be set to drop that without a word: the
 * work would be done with the rights of the user who logs in, and times be read in another zone.
 *
 * @param setting that names the server
 * @returns whether its server runs Citus
 * @throws TillhouseError `session_options_dropped`
 */
export async function requireSessionAsAsked(
  pool: pg.Pool,
  { role, isReadOnly }: Entry,
  setting = "DATABASE_URL",
): Promise<{ readonly isOfCluster: boolean }> {
  const found = onlyRow(await enteredAs.run<EnteredAs & pg.QueryResultRow>(pool));
  const asked = role === undefined ? found.user : ROLES[role];
  const differences = [
    ...(found.user === asked ? [] : [`its user is ${found.user}, not ${asked}`]),
    ...(found.time_zone === TIME_ZONE ? [] : [`its time zone is ${found.time_zone}, not ${TIME_ZONE}`]),
    ...(isReadOnly === true && !found.is_read_only ? ["it may write, though it is to read"] : []),
  ];
  if (differences.length === 0) return { isOfCluster: found.is_of_cluster };
  throw new TillhouseError(
    "session_options_dropped",
    `The database gives other sessions than are asked for: ${differences.join("; ")}. Something between here and it drops the ` +
      `options of the startup message, as PgBouncer does with ignore_startup_parameters = options. Name the server itself in ${setting}, with its own port.`,
    { differences },
  );
}
