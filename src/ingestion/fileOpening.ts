import type { SourceName } from "../sources/contracts.ts";
import type { BoundColumns } from "../sources/header.ts";
import type { Reread } from "./reread.ts";

/** What all chunks of a file have in common. Plain data, so that it can go to another thread. */
export interface FileOpening {
  readonly source: SourceName;
  readonly fileId: number;
  readonly delimiter: string;
  readonly columns: BoundColumns;
  /** When its records were said, as PostgreSQL reads it: of two versions of a key the one said later counts. */
  readonly statedAt: string;
  /** The records to take; the others are only counted. Absent: all. */
  readonly reread?: Reread | undefined;
}
