import type pg from "pg";
import { isDistributed, noteDistributed } from "./distribution/distributedSessions.ts";
import { sqlFile } from "./sqlFile.ts";
import { nestTransactionsOf } from "./transactionBounds.ts";

const waitLonger = sqlFile(new URL("./waitLonger.sql", import.meta.url));

/** One transaction around all that a program does: what it takes for transactions of its own are parts of it. */
export interface OneTransaction {
  /** Whoever asks it for a connection is given the transaction's, and gives nothing back. */
  readonly pool: pg.Pool;
  /** Keeps all of it. */
  commit(): Promise<void>;
  /** Undoes all of it, unless it is committed. On a broken connection the server has done so. */
  end(): Promise<void>;
}

/** @param client connected, in no transaction, and used for nothing else from now on */
export async function openTransaction(client: pg.Client): Promise<OneTransaction> {
  // Each statement must see what stands by then, as in transactions of its own.
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  nestTransactionsOf(client);
  await waitLonger.run(client);
  const shared = Object.assign(client, { release: () => undefined });
  const pool = { query: client.query.bind(client), connect: () => Promise.resolve(shared) };
  if (isDistributed(client)) noteDistributed(pool);
  let isCommitted = false;
  return {
    // Of a pool nobody needs more who is in the middle of a transaction.
    pool: pool as unknown as pg.Pool,
    commit: async () => {
      await client.query("COMMIT");
      isCommitted = true;
    },
    end: async () => {
      if (isCommitted) return;
      await client.query("ROLLBACK").catch(() => undefined);
    },
  };
}
