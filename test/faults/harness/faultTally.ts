import { appendFile } from "node:fs/promises";
import { afterAll } from "@jest/globals";
import { faultLinesFile, type FaultLine } from "./faultLines.ts";

/** What came of making a bad thing happen once. */
export interface Verdict {
  /** Rows that should be there and are not. */
  readonly lost: number;
  /** Rows that are there and should not be, or not so. */
  readonly doubled: number;
  /** Runs that seem to go on, locks, sessions and staging that a dead one left behind, answers that are wrong: one line each. */
  readonly stuck: readonly string[];
  /** From when things were well again until the work was complete; null where nothing had to recover. */
  readonly recoverySeconds: number | null;
}

/** Counts what comes of one fault's trials, and hands it on for the table when the test file ends. */
export interface FaultTally {
  /** Counts a trial, then throws what is amiss with it. */
  readonly add: (verdict: Verdict) => void;
  /** Figures to print beside. */
  readonly note: (text: string) => void;
}

/** @param fault what was made to happen, as the table names it */
export function faultTally(fault: string): FaultTally {
  const verdicts: Verdict[] = [];
  let note: string | undefined;
  afterAll(async () => {
    if (verdicts.length === 0) return;
    const line: FaultLine = {
      fault,
      trials: verdicts.length,
      lost: sum(verdicts.map(({ lost }) => lost)),
      doubled: sum(verdicts.map(({ doubled }) => doubled)),
      stuck: sum(verdicts.map(({ stuck }) => stuck.length)),
      recoverySeconds: verdicts.flatMap(({ recoverySeconds }) => recoverySeconds ?? []),
      ...(note === undefined ? {} : { note }),
    };
    await appendFile(faultLinesFile(), `${JSON.stringify(line)}\n`);
  });
  return {
    add: (verdict) => {
      verdicts.push(verdict);
      const { lost, doubled, stuck } = verdict;
      if (lost + doubled + stuck.length > 0)
        throw new Error(`${fault}: ${lost} lost, ${doubled} doubled\n${stuck.join("\n")}`);
    },
    note: (text) => {
      note = text;
    },
  };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
