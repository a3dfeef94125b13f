import type { ChunkLoader } from "./chunkLoader.ts";
import type { FileOpening } from "./fileOpening.ts";
import type { ChunkPart, FramedChunk } from "./frameChunks.ts";
import type { LoaderPool } from "./loaderPool.ts";
import type { IdRange } from "./recordBatch.ts";

/** Parts that a loader is given before it has read the first of them; each is about one read of the file. */
const MOST_UNREAD_PARTS = 3;

/**
 * Has the chunks of a file read side by side and committed one after another, in their order: each by one loader from
 * beginning to end. What a chunk can do before its turn is done while others are committed. No chunk is begun without a
 * loader for it, and no loader is given more parts than it can read soon, so memory is bounded whatever the file's size.
 *
 * @param commit has a chunk that was read committed; called in order, and no more after one has failed
 * @throws what `commit`, reading or framing throws first; by then no loader of the pool is at work for this file
 */
export async function loadInOrder(
  parts: AsyncIterable<ChunkPart>,
  file: FileOpening,
  pool: LoaderPool,
  commit: (loader: ChunkLoader, chunk: FramedChunk) => Promise<void>,
): Promise<void> {
  const chunks = { haveFailed: false };
  // Settles when all chunks so far are committed, or when the first of them has failed and all their loaders are idle.
  let turn: Promise<void> = Promise.resolve();
  // The highest id of all chunks so far, once they are read.
  let highestId: Promise<number> = Promise.resolve(0);
  let inHand: ChunkReading | undefined;

  const inTurn = async (
    before: Promise<void>,
    above: Promise<number>,
    reading: ChunkReading,
    chunk: FramedChunk,
  ): Promise<void> => {
    let hasTurn = false;
    before.then(
      () => (hasTurn = true),
      () => undefined,
    );
    const ahead = reading.beginAhead(above, () => hasTurn);
    try {
      await before;
      await reading.isRead();
      await ahead;
      await commit(reading.loader, chunk);
    } catch (error) {
      chunks.haveFailed = true;
      await reading.letGo(ahead);
      throw error;
    } finally {
      await reading.isIdle();
      pool.release(reading.loader);
    }
  };

  try {
    for await (const part of parts) {
      inHand ??= new ChunkReading(await pool.acquire());
      if (chunks.haveFailed) break;
      await inHand.give(part, file);
      if (part.chunk === null) continue;
      turn = inTurn(turn, highestId, inHand, part.chunk);
      highestId = inHand.highestId(highestId);
      // Their failures are met at the end; until then they are no unhandled rejections.
      turn.catch(() => undefined);
      highestId.catch(() => undefined);
      inHand = undefined;
    }
  } finally {
    // What was framed before framing failed is committed all the same; a chunk that was not framed to its end is not.
    if (inHand !== undefined) {
      await inHand.isIdle();
      pool.release(inHand.loader);
    }
    await turn;
  }
}

/** A chunk on its way through its loader. */
class ChunkReading {
  readonly loader: ChunkLoader;
  readonly #parts: Promise<IdRange | null>[] = [];

  constructor(loader: ChunkLoader) {
    this.loader = loader;
  }

  /** Gives the loader the next part, and waits while it has too many. */
  async give(part: ChunkPart, file: FileOpening): Promise<void> {
    const read = this.loader.read(part, file);
    // As above.
    read.catch(() => undefined);
    this.#parts.push(read);
    await this.#parts.at(-MOST_UNREAD_PARTS)?.catch(() => undefined);
  }

  /** Whether all parts are read; throws what reading one threw. */
  async isRead(): Promise<IdRange | null> {
    const ids = await Promise.all(this.#parts);
    return ids.at(-1) ?? null;
  }

  /** Waits until no part is being read, however it ended. */
  async isIdle(): Promise<void> {
    await Promise.allSettled(this.#parts);
  }

  /** The highest id of this chunk and of those before it. */
  async highestId(before: Promise<number>): Promise<number> {
    const [above, ids] = await Promise.all([before, this.isRead()]);
    return Math.max(above, ids?.highest ?? 0);
  }

  /**
   * Does what can be done before the chunk's turn, as soon as it and those before it are read. Never throws: what
   * fails here is met again in the turn, or was met in an earlier one.
   *
   * @param before the highest id of those before it
   * @param hasTurn whether its turn has come: then there is nothing to be gained
   */
  async beginAhead(before: Promise<number>, hasTurn: () => boolean): Promise<void> {
    try {
      const [above, ids] = await Promise.all([before, this.isRead()]);
      if (ids !== null && ids.lowest > above && !hasTurn()) await this.loader.beginAhead(above);
    } catch {
      // As said above.
    }
  }

  /** Rolls back what was done ahead. */
  async letGo(ahead: Promise<void>): Promise<void> {
    await ahead;
    // A loader that is gone has let go of everything.
    await this.loader.letGo().catch(() => undefined);
  }
}
