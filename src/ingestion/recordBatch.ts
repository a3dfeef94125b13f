import type { ClientBase } from "pg";
import type { SqlFile } from "../database/sqlFile.ts";
import type { Label } from "../sources/labels.ts";
import type { Parsed } from "../sources/parsing.ts";
import { CopyRows } from "./copyRows.ts";
import type { Judge } from "./recordTally.ts";
import { sendCopy } from "./sendCopy.ts";

/** A label that records are written under. */
export interface AppliedLabel extends Pick<Label, "digest" | "productSku" | "productName" | "categoryName"> {
  /** Highest natural key of those records. */
  readonly highestId: number;
}

/** Records that were found to be new before they were staged, and go into the star as they are. */
export interface NewRecords {
  readonly records: number;
  /** What they amount to, in hundredths. */
  readonly cents: bigint;
  readonly highestKey: number;
  /** Days of their times, `yyyymmdd`. */
  readonly days: { readonly first: number; readonly last: number };
  /** Gives what they refer to that the star may not have yet, or has to be told of. */
  readonly prepare: (client: ClientBase) => Promise<readonly AppliedLabel[]>;
  /** Writes all of them, or throws. */
  readonly insert: (client: ClientBase) => Promise<void>;
}

/** Where the accepted records of a chunk went. */
export interface Arrivals {
  /** In the staging tables, to be judged. */
  readonly staged: number;
  readonly fresh: NewRecords | null;
}

/** Of the natural keys of records; both are among them. */
export interface IdRange {
  readonly lowest: number;
  readonly highest: number;
}

/** What was sent ahead of a chunk's turn has to be rolled back and sent anew: its star has changed meanwhile. */
export class Overtaken extends Error {}

/** Takes an ordinary record where it stands; false when it must be parsed. */
export type AddPlain = (bytes: Buffer, start: number, end: number, line: number) => boolean;

/** Nothing, where it all has to wait for its turn; new records, to where they belong; or all of them, to be judged. */
export type SentAhead = "nothing" | "new records" | "staged";

/** How a batch sends records before their chunk's turn. */
export interface AheadBatch {
  /** Ids of the records taken; null where there are none. */
  readonly ids: () => IdRange | null;
  /**
   * Sends what can be sent by now, in a transaction that the caller has begun.
   *
   * @param above highest id of the chunks before this one
   */
  readonly send: (client: ClientBase, above: number) => Promise<SentAhead>;
  /** What was sent has been rolled back. */
  readonly forget: () => void;
}

/** The accepted records of one chunk after another, on their way to the database. */
export interface RecordBatch {
  /** Absent where there is no such short way. */
  readonly addPlain?: AddPlain;
  /** Parses a record and takes it, if it can be read and is asked for. */
  readonly add: (fields: readonly string[], line: number) => Parsed<unknown> | "out of range";
  /** How many of the chunk's records could be read and are not asked for. Absent where all are. */
  readonly outOfRange?: () => number;
  /** No more records of the chunk will be given. */
  readonly finish?: () => void;
  /** Absent where all records wait for their chunk's turn. */
  readonly ahead?: AheadBatch;
  /**
   * Sends what was taken, in the caller's transaction.
   *
   * @throws Overtaken when what was sent ahead no longer holds, here or when the arrivals are written
   */
  readonly arrive: (client: ClientBase, runId: number) => Promise<Arrivals>;
  /** Forgets the chunk's records. */
  readonly clear: () => void;
}

/**
 * A batch whose records are all staged, as COPY text.
 *
 * @param createStaging makes the table that `copyStatement` fills
 * @param judge is told of each record that is taken; absent: nobody asks
 */
export function textBatch<T>(
  parse: (fields: readonly string[]) => Parsed<T>,
  copyRow: (record: T, line: number) => string,
  createStaging: SqlFile,
  copyStatement: string,
  judge?: Judge<T>,
): RecordBatch {
  let rows = new CopyRows();
  return {
    add: (fields, line) => {
      const parsed = parse(fields);
      if ("accepted" in parsed) {
        judge?.(parsed.accepted, line);
        rows.add(copyRow(parsed.accepted, line));
      }
      return parsed;
    },
    arrive: async (client) => {
      if (rows.count === 0) return { staged: 0, fresh: null };
      await createStaging.run(client);
      await sendCopy(client, copyStatement, rows.finish());
      return { staged: rows.count, fresh: null };
    },
    clear: () => {
      rows = new CopyRows();
    },
  };
}
