import type { DateOrder } from "../config/dateOrder.ts";
import { isDeepStrictEqual } from "node:util";
import { createCardTokeniser } from "../sources/cards.ts";
import { localTimeIn } from "../sources/localTime.ts";
import type { ParsingRules } from "../sources/parsing.ts";
import type { RecordCheck } from "../sources/recordChecks.ts";
import { AheadOfTurn } from "./aheadOfTurn.ts";
import { chunkParameters, commitChunk, type CommittedChunk, type FileStanding } from "./commitChunk.ts";
import type { ChunkPart } from "./frameChunks.ts";
import type { FileOpening } from "./fileOpening.ts";
import { judgeAhead } from "./judgement.ts";
import { LOADINGS } from "./loadings.ts";
import type { LoaderSession } from "./loaderSession.ts";
import { ChunkPreparation, type PreparedChunk } from "./prepareChunk.ts";
import type { IdRange, RecordBatch } from "./recordBatch.ts";
import { RecordTally } from "./recordTally.ts";
import { replayChunk } from "./replay/replayChunk.ts";

/** What all chunks of a run have in common. Plain data, so that it can go to another thread. */
export interface RunSettings {
  readonly runId: number;
  readonly fencingToken: bigint;
  readonly cardKeyId: number;
  /** At least 32 bytes. */
  readonly cardTokenKey: Uint8Array;
  readonly maxRejectRatio: number;
  readonly dateOrder: DateOrder;
  /** Of times without a zone; an IANA name. */
  readonly timeZone: string;
  /** The checks that are declared for records, of all sources. */
  readonly recordChecks: readonly RecordCheck[];
}

/** Reads chunks and commits them, one at a time, on a connection of its own. */
export interface ChunkLoader {
  /**
   * Reads and checks a part of a chunk; nothing of it is in the database yet. The next part may be given before this
   * one is read. A part that begins a chunk lets go of the chunk in hand.
   *
   * @returns ids of the chunk's accepted records, when the part ends a chunk of which something may be done ahead
   */
  read(part: ChunkPart, file: FileOpening): Promise<IdRange | null>;
  /**
   * Begins the transaction of the chunk in hand before its turn, and does what no chunk before it can have a say in; where
   * that does not work out, nothing is done. `commit` goes on from there, or `letGo` rolls it back.
   *
   * @param above highest id of the chunks before it
   */
  beginAhead(above: number): Promise<void>;
  /**
   * Commits the chunk in hand, of which all parts were given. The caller sees to it that chunks of a file are committed
   * in their order.
   *
   * @throws what `commitChunk` throws
   */
  commit(file: FileStanding, now: Date): Promise<CommittedChunk>;
  /** Rolls back what was done ahead, if anything was: the chunk in hand is not to be committed. */
  letGo(): Promise<void>;
}

interface OpenedFile {
  readonly file: FileOpening;
  readonly batch: RecordBatch;
  readonly tally: RecordTally | undefined;
}

/** A loader that works on the caller's thread, and on a session that nobody else uses meanwhile. */
export function localChunkLoader(session: LoaderSession, run: RunSettings): ChunkLoader {
  const parsing: ParsingRules = {
    timestamps: { dateOrder: run.dateOrder, localTime: localTimeIn(run.timeZone) },
    cards: createCardTokeniser(Buffer.from(run.cardTokenKey)),
  };
  let opened: OpenedFile | undefined;
  let preparation: ChunkPreparation | undefined;
  let prepared: PreparedChunk | undefined;
  const ahead = new AheadOfTurn();
  // Parts wait for each other: reading one may have to wait for the parser of unusual records.
  let reading: Promise<unknown> = Promise.resolve();

  const begin = (file: FileOpening): ChunkPreparation => {
    const loading = LOADINGS[file.source];
    const { contract, openBatch } = loading;
    // The connection is made while the records are read; that it fails is met when they are committed.
    session.connected().catch(() => undefined);
    // The same file may have been opened anew since: said at another time, with other columns, read for another reason.
    if (opened === undefined || !isDeepStrictEqual(opened.file, file)) {
      const origin = { runId: run.runId, fileId: file.fileId, cardKeyId: run.cardKeyId };
      const checks = run.recordChecks.filter(({ source }) => source === file.source);
      const tally = checks.length === 0 ? undefined : new RecordTally(checks);
      opened = { file, tally, batch: openBatch({ ...file, parsing, origin, tally }) };
    }
    opened.batch.clear();
    opened.tally?.clear();
    return new ChunkPreparation(opened.batch, { ...file, contract, tally: opened.tally });
  };
  const readPart = async (
    { begins, block, isIdCut, chunk }: ChunkPart,
    file: FileOpening,
  ): Promise<IdRange | null> => {
    if (begins) await ahead.rollBack();
    if (begins || preparation === undefined) preparation = begin(file);
    prepared = undefined;
    if (block !== null) await preparation.read(block, isIdCut);
    if (chunk === null) return null;
    prepared = preparation.finish(chunk);
    return opened?.batch.ahead?.ids() ?? null;
  };
  return {
    read: (part, file) => {
      const read = reading.then(() => readPart(part, file));
      reading = read.catch(() => undefined);
      return read;
    },
    beginAhead: async (above) => {
      if (opened === undefined || prepared === undefined) return;
      const { batch, file } = opened;
      if (batch.ahead === undefined) return;
      const client = await session.connected();
      const loading = LOADINGS[file.source];
      const parameters = chunkParameters(loading, prepared, file, run.runId);
      await ahead.begin(client, batch.ahead, above, () => judgeAhead(client, loading, parameters));
    },
    commit: async (standing, now) => {
      if (opened === undefined || prepared === undefined)
        throw new Error("no chunk is ready to be committed");
      const chunk = prepared;
      prepared = undefined;
      const loading = LOADINGS[opened.file.source];
      const file = { ...opened.file, ...standing };
      const context = { ...run, client: await session.connected(), now: () => now };
      if (file.reread?.kind === "replay") return replayChunk(loading, chunk, opened.batch, file, context);
      return commitChunk(loading, chunk, opened.batch, file, context, ahead.takeOver());
    },
    letGo: () => ahead.rollBack(),
  };
}
