import type pg from "pg";
import type { PrismaClient } from "../../database/generated/client.ts";
import { TillhouseError } from "../../lib/errors.ts";
import type { PageSource } from "./source.ts";

/**
 * The typed client of the pages.
 *
 * @throws TillhouseError `database_unreachable` until the database is open
 */
export async function clientOf(source: PageSource): Promise<PrismaClient> {
  return (await source.client()) ?? notOpen();
}

/** @throws TillhouseError `database_unreachable` until the database is open */
export function poolOf(source: PageSource): pg.Pool {
  return source.pool() ?? notOpen();
}

function notOpen(): never {
  throw new TillhouseError("database_unreachable", "The database is being opened. Try again in a moment.");
}
