import type { ClientBase } from "pg";
import { isConflict } from "../databaseErrors.ts";
import { withTransaction } from "../pool.ts";
import { sqlFile } from "../sqlFile.ts";

const waitShortly = sqlFile(new URL("./waitShortly.sql", import.meta.url));

/** It is tried for three quarters of a minute or so. */
const MOST_ATTEMPTS = 60;

/** Passes while whoever changes tables may go on; asked in the transaction that does it, and true until that ends. */
export type RequireHeld = (client: ClientBase) => Promise<void>;

/** Before any of those that it keeps waiting looks whether they wait for each other (deadlock_timeout, 1 s), and is ended for it. */
const SHORTLY_MS = 300;
/** An autovacuum gives way to who waits for longer than deadlock_timeout. */
const FOR_AUTOVACUUM_MS = 2_000;
const FOR_AUTOVACUUM_EVERY = 10;

/**
 * Runs a statement that locks tables for a moment, in a transaction. While it waits for those that use them, others wait behind it,
 * some of which those may wait for in turn: so it waits shortly, lets all go on, and comes again; now and then it waits for longer.
 */
export async function whenFree(
  client: ClientBase,
  requireHeld: RequireHeld,
  work: () => Promise<unknown>,
): Promise<void> {
  let attempt = 0;
  await withTransaction(
    client,
    async () => {
      attempt += 1;
      await requireHeld(client);
      const milliseconds = attempt % FOR_AUTOVACUUM_EVERY === 0 ? FOR_AUTOVACUUM_MS : SHORTLY_MS;
      await waitShortly.run(client, { milliseconds });
      await work();
    },
    { hasLost: (error) => isConflict(error) || isLockTimeout(error), mostAttempts: MOST_ATTEMPTS },
  );
}

/** The same of one that may wait for as long as it takes. */
export async function whenHeld(
  client: ClientBase,
  requireHeld: RequireHeld,
  work: () => Promise<unknown>,
): Promise<void> {
  await withTransaction(client, async () => {
    await requireHeld(client);
    await work();
  });
}

const isLockTimeout = (error: unknown): boolean => (error as { code?: unknown }).code === "55P03";
