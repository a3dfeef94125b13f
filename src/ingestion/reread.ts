import type { RecordRange } from "../sources/recordRange.ts";

/**
 * What is taken of a file that is read from its start, whatever was read of it before; its checkpoint and its ranges stay as
 * they are. Plain data, so that it can go to another thread.
 */
export type Reread =
  | { readonly kind: "backfill"; readonly range: RecordRange }
  | {
      readonly kind: "replay";
      /** First physical lines of the records to take, from 1. */
      readonly lines: ReadonlySet<number>;
      /** The last of them. */
      readonly lastLine: number;
    };
