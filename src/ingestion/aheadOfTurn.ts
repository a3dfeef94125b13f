import type { ClientBase } from "pg";
import type { RecordBatch } from "./recordBatch.ts";

/** A session whose transaction stands idle for longer than a minute is ended: its process may have been paused. */
const AWAKE_MS = 20_000;

/** The transaction of a chunk that has begun before the chunk's turn, on a session of its own. */
export class AheadOfTurn {
  readonly #awakeMs: number;
  #begun: { readonly client: ClientBase; readonly batch: RecordBatch } | undefined;
  #awake: NodeJS.Timeout | undefined;

  constructor(awakeMs = AWAKE_MS) {
    this.#awakeMs = awakeMs;
  }

  /** Begins the transaction, unless the batch has nothing to copy by now. */
  async begin(client: ClientBase, batch: RecordBatch, above: number): Promise<void> {
    this.#begun = { client, batch };
    if (!(await copyAhead(client, batch, above))) {
      await this.rollBack();
      return;
    }
    this.#awake = setInterval(() => {
      void client.query("SELECT 1").catch(() => undefined);
    }, this.#awakeMs);
  }

  /** The turn has come: says whether the transaction has begun. It is the caller's now. */
  end(): boolean {
    clearInterval(this.#awake);
    const hasBegun = this.#begun !== undefined;
    this.#begun = undefined;
    return hasBegun;
  }

  async rollBack(): Promise<void> {
    const begun = this.#begun;
    this.end();
    begun?.batch.forgetAhead?.();
    // On a broken connection there is nothing to roll back.
    await begun?.client.query("ROLLBACK").catch(() => undefined);
  }
}

async function copyAhead(client: ClientBase, batch: RecordBatch, above: number): Promise<boolean> {
  if (batch.copyAhead === undefined) return false;
  try {
    // Each statement must see what the chunks before this one have committed by then.
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    return await batch.copyAhead(client, above);
  } catch {
    // Whatever it was: the chunk is sent again in its turn, and fails with the same if it has to.
    return false;
  }
}
