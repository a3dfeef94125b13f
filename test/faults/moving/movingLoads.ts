import type { Clock } from "../../../src/lib/clock.ts";
import { spreadOut } from "../../fixtures/sourceText.ts";
import { withSteppedReads } from "../../fixtures/steppedReads.ts";
import type { Warehouse } from "../../fixtures/warehouse.ts";
import { OPENED, type FileChange } from "./fileChanges.ts";
import { NAME, type Trial } from "./movedFile.ts";

/** A chunk a record. */
const SETTINGS = { CHUNK_RECORDS: "1", MAX_REJECT_RATIO: "1" };
/** So that a record comes in two or three reads. */
const READ_BYTES = 40;

/** How many reads a small load takes up to a place in the file: one for the header, then those of records. */
export function readsTo(byte: number): number {
  return 1 + Math.ceil((byte - OPENED.indexOf("\n") - 1) / READ_BYTES);
}

/**
 * A load of the small file, to which something happens from one of its reads on: a step before each.
 *
 * @param moment number of the read, from 1
 */
export function smallLoad(warehouse: Warehouse, change: FileChange, moment: number, clock: Clock): Trial {
  const held: (string | undefined)[] = [];
  return {
    opened: OPENED,
    readsOn: change.readsOn === true,
    held: () => held,
    load: async (path) => {
      const before = (read: number): void => {
        const step = change.steps[read - moment];
        if (step !== undefined) held.push(step(path));
      };
      const { result } = await withSteppedReads(path, { mostBytes: READ_BYTES, before }, () =>
        warehouse.ingest({ settings: SETTINGS, clock }),
      );
      if (held.length === 0) throw new Error(`the file was not read ${moment} times`);
      return result;
    },
  };
}

/**
 * A load of a file large enough for threads, a record in each read, to which something happens when so many chunks are
 * committed: later ones are read by then, or copied ahead.
 */
export function threadedLoad(
  warehouse: Warehouse,
  change: (path: string) => string,
  committed: number,
  clock: Clock,
): Trial {
  const held: string[] = [];
  return {
    opened: spreadOut(OPENED),
    readsOn: false,
    held: () => held,
    load: async (path) => {
      const report = await warehouse.ingest({
        settings: { ...SETTINGS, WORKERS: "2" },
        clock,
        onProgress: (progress) => {
          if (progress.path === NAME && progress.records === committed && held.length === 0)
            held.push(change(path));
        },
      });
      if (held.length === 0) throw new Error(`there were never ${committed} records committed`);
      return report;
    },
  };
}
