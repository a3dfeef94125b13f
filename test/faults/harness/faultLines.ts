import { join } from "node:path";
import { testRun } from "../../fixtures/testRun.ts";

/** All trials of one fault: a line of the table that ends a run of the tests. */
export interface FaultLine {
  readonly fault: string;
  readonly trials: number;
  readonly lost: number;
  readonly doubled: number;
  readonly stuck: number;
  /** One for each trial that had to recover. */
  readonly recoverySeconds: readonly number[];
  /** Other figures that were promised. */
  readonly note?: string;
}

/** Where test files, which run in processes of their own, leave their lines for the table. */
export const faultLinesFile = (): string => join(testRun().folder, "faults.jsonl");
