import type { ClientBase } from "pg";
import { sqlFile, sqlFileInTwoForms } from "../database/sqlFile.ts";
import type { JudgedAhead } from "./judgement.ts";
import type { AheadBatch } from "./recordBatch.ts";

const anyoneWaits = sqlFileInTwoForms(new URL("./anyoneWaits.sql", import.meta.url));
const lookUpByIndex = sqlFile(new URL("./lookUpByIndex.sql", import.meta.url));

/**
 * How often a transaction that waits for its turn looks whether others wait for it. That also keeps it from being ended,
 * as one is after a minute whose process was paused.
 */
const WATCH_MS = 1_000;

/** What was done of a chunk before its turn. */
export interface DoneAhead {
  /** Null where nothing was staged: new records are where they belong. */
  readonly judged: JudgedAhead | null;
}

interface Begun {
  readonly client: ClientBase;
  readonly batch: AheadBatch;
  done: DoneAhead | null;
}

/**
 * The transaction of a chunk that has begun before the chunk's turn, on a session of its own. It steps back when anyone
 * waits for it, such as for a lock on the table: the chunks before it may be in line behind those, and PostgreSQL does not
 * know that it waits for them.
 */
export class AheadOfTurn {
  readonly #watchMs: number;
  #begun: Begun | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(watchMs = WATCH_MS) {
    this.#watchMs = watchMs;
  }

  /**
   * Begins the transaction, unless the batch has nothing to send by now.
   *
   * @param judge judges what the batch has staged
   */
  async begin(
    client: ClientBase,
    batch: AheadBatch,
    above: number,
    judge: () => Promise<JudgedAhead | null>,
  ): Promise<void> {
    await this.rollBack();
    const begun: Begun = { client, batch, done: null };
    this.#begun = begun;
    begun.done = await sendAhead(client, batch, above, judge);
    if (begun.done === null) {
      await this.rollBack();
      return;
    }
    const look = async (): Promise<void> => {
      const { rows } = await anyoneWaits.run<{ waits: boolean }>(client);
      if (rows[0]?.waits === true && this.#begun === begun) await this.rollBack();
    };
    this.#watch = setInterval(() => {
      // On a broken connection its turn will tell.
      look().catch(() => undefined);
    }, this.#watchMs);
  }

  /** The turn has come: gives what the transaction has done, if it has begun. It is the caller's now. */
  takeOver(): DoneAhead | null {
    clearInterval(this.#watch);
    const begun = this.#begun;
    this.#begun = undefined;
    return begun?.done ?? null;
  }

  async rollBack(): Promise<void> {
    const begun = this.#begun;
    this.takeOver();
    begun?.batch.forget();
    // On a broken connection there is nothing to roll back.
    await begun?.client.query("ROLLBACK").catch(() => undefined);
  }
}

async function sendAhead(
  client: ClientBase,
  batch: AheadBatch,
  above: number,
  judge: () => Promise<JudgedAhead | null>,
): Promise<DoneAhead | null> {
  try {
    // Each statement must see what the chunks before this one have committed by then.
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const sent = await batch.send(client, above);
    if (sent === "nothing") return null;
    if (sent === "new records") return { judged: null };
    await lookUpByIndex.run(client);
    const judged = await judge();
    return judged === null ? null : { judged };
  } catch {
    // Whatever it was: the chunk is sent again in its turn, and fails with the same if it has to.
    return null;
  }
}
