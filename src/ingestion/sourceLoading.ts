import type { ClientBase } from "pg";
import { sqlFile, type Parameters, type SqlFile } from "../database/sqlFile.ts";
import type { Contract } from "../sources/contracts.ts";
import type { BoundColumns } from "../sources/header.ts";
import type { ParsingRules } from "../sources/parsing.ts";
import type { AppliedLabel, RecordBatch } from "./recordBatch.ts";
import type { RecordTally } from "./recordTally.ts";
import type { Reread } from "./reread.ts";

/** What a batch must know of its file. */
export interface BatchRules {
  readonly columns: BoundColumns;
  readonly delimiter: string;
  readonly parsing: ParsingRules;
  /** The records to take; the others are only counted. Absent: all. */
  readonly reread?: Reread | undefined;
  /** To be told of the records that fail a check; absent where none is declared for the source. */
  readonly tally?: RecordTally | undefined;
  readonly origin: { readonly runId: number; readonly fileId: number; readonly cardKeyId: number };
}

/**
 * How the records of one source get from typed values into the star. What differs between stores, devices and
 * transactions is here; all that is alike (framing, commits, ledger, quarantine) asks nothing else of a source.
 */
export interface SourceLoading {
  readonly contract: Contract;
  /** Takes the records of one file, chunk after chunk. */
  readonly openBatch: (rules: BatchRules) => RecordBatch;
  /** Makes the session's staging tables where they are not there yet; by whoever stages something, in that transaction. */
  readonly createStaging: SqlFile;
  /** Brings what staged records may be about to where `judge` looks it up, in a warehouse whose facts are distributed. */
  readonly bringKnown?: (client: ClientBase) => Promise<void>;
  /** Gives every staged record its outcome. */
  readonly judge: SqlFile;
  /** One row an outcome; see `OutcomeSummary`. */
  readonly summarise: SqlFile;
  /** Values that `prepare` and `follow` need besides; `judged`: some records were judged to be written. */
  readonly appliedLabels?: (
    client: ClientBase,
    judged: boolean,
    ofFresh: readonly AppliedLabel[],
  ) => Promise<Parameters>;
  /** What the records refer to and the star does not have yet. */
  readonly prepare: readonly SqlFile[];
  /** Keeps the versions that do not count, or will not once the chunk is written, exactly as many. */
  readonly keepVersions?: SqlFile;
  /**
   * Notes what the committed chunk says, and from which line on, so that what comes late, and was said before it, is not taken
   * for newer.
   */
  readonly noteStated: SqlFile;
  /** Writes the records judged `corrected`, exactly as many. */
  readonly correct: SqlFile;
  /** Writes the records judged `loaded`, exactly as many. */
  readonly insert: SqlFile;
  /** Finds what is referred to by what is to be written, where writes do not check each reference: to be locked before the commit. */
  readonly findReferences?: (client: ClientBase, parameters: Parameters) => Promise<LockReferences>;
  /** Does writes under settings of the transaction that hold for nothing else. */
  readonly aroundWrites?: (client: ClientBase, write: () => Promise<void>) => Promise<void>;
  /**
   * Does the writes of records, and gives what keeps in step with them what is kept beside, to be called in the same
   * transaction; `corrects`: some records are corrections.
   */
  readonly inStep?: (
    client: ClientBase,
    corrects: boolean,
    write: () => Promise<void>,
  ) => Promise<KeepInStep>;
  /** What follows from the records written. */
  readonly follow: readonly SqlFile[];
  /** Makes the versions of a dimension anew, from all that was said. */
  readonly remakeVersions?: readonly SqlFile[];
  /** What follows from corrections besides. */
  readonly followCorrections?: (client: ClientBase) => Promise<void>;
  /** Closes what earlier runs had rejected and nobody has to mend any more. */
  readonly closeMended: SqlFile;
  /** What follows from a file as a whole, once it is committed to its end. */
  readonly atEnd?: SqlFile;
  /** For records that come back from quarantine. */
  readonly tried: TriedStatements;
  /** For sources that refer to another one, whose records may have to wait for it. */
  readonly waiting?: WaitingStatements;
}

/** Locks them against deletion; throws when one is not there. */
export type LockReferences = (client: ClientBase) => Promise<void>;

export type KeepInStep = (client: ClientBase) => Promise<void>;

export interface TriedStatements {
  /** Tells of each staged record that was read again which one of quarantine it is, if it is one still. */
  readonly claim: SqlFile;
  /** Drops those that are none. */
  readonly dropUnclaimed: SqlFile;
  /** Of those that a replay takes: finds what they would have referred to in their turn. */
  readonly findFormer?: SqlFile;
  /** Notes that they have been said. */
  readonly noteStated?: SqlFile;
  /** Notes in quarantine what became of them, so that none of them is tried once more, but for those that have to wait. */
  readonly close: SqlFile;
}

/** The statement `noteStated` for a table of judged records. */
export const noteStated = (judged: string, id: string): SqlFile =>
  sqlFile(new URL("./noteStated.sql", import.meta.url), { judged, id });

/** The statement `closeMended` for one. */
export const closeMended = (judged: string, id: string): SqlFile =>
  sqlFile(new URL("./quarantine/closeMended.sql", import.meta.url), { judged, id });

/** The statements of `tried` that are alike for all sources. */
export function triedStatements(
  staged: string,
  judged: string,
): Omit<TriedStatements, "noteStated" | "findFormer"> {
  const sql = (name: string) =>
    sqlFile(new URL(`./quarantine/${name}.sql`, import.meta.url), { staged, judged });
  return { claim: sql("claim"), dropUnclaimed: sql("dropUnclaimed"), close: sql("closeTried") };
}

export interface WaitingStatements {
  /** Puts what could be read but not loaded into quarantine, whole. */
  readonly quarantine: SqlFile;
  /** Whether there are quarantined records whose reference has arrived. */
  readonly arrived: SqlFile;
  /** Stages quarantined records whose reference has arrived: all of a key, and at most `limit` keys. */
  readonly stage: SqlFile;
  /** Keeps whole, from here on, what was in quarantine as it could not be read, and can only not be loaded by now. */
  readonly keep: SqlFile;
}

/** The question `arrived` for a source whose records wait for a row of another one's dimension, by its natural key. */
export const anyArrived = (waitsFor: { readonly dimension: string; readonly key: string }): SqlFile =>
  sqlFile(new URL("./quarantine/anyArrived.sql", import.meta.url), waitsFor);

/** A row of `summarise`. */
export interface OutcomeSummary {
  readonly outcome:
    "loaded" | "already_present" | "corrected" | "superseded" | "unknown_store" | "unknown_device";
  readonly records: number;
  /** What they amount to, with two digits after the point; absent for dimensions. */
  readonly amount?: string;
  /** Of them, how many are to be noted as said: all of a dimension, and facts that are said again. */
  readonly stated: number;
  /** Of them, how many leave a version to keep. */
  readonly kept: number;
  /** Of them, how many came after something that was said later. */
  readonly late: number;
  /** Whether one of them takes the place of a fact that its own file brought; absent for dimensions. */
  readonly corrects_own_file?: boolean;
  /** Line of the first such record. */
  readonly first_line: string;
  /** Highest natural key of them. */
  readonly highest_key: string;
  /** First and last day of their times as `yyyymmdd`; null for devices. */
  readonly first_day: number | null;
  readonly last_day: number | null;
}
