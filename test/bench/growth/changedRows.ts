import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, rename } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { SETTLED_MS } from "../inputFiles.ts";
import { cutTail } from "./cutTail.ts";

/** What comes on top of a history, as many rows of each kind. */
export const CHANGES = ["new", "corrected", "late"] as const;
export type Change = (typeof CHANGES)[number];

/** Files of changes that have not been put into the folder yet. */
export interface ChangedRows {
  readonly rows: number;
  /** Puts the file of one kind into the folder, and waits until it has settled. */
  add(change: Change): Promise<void>;
}

const OTHER_STATUS = { accepted: "refused", refused: "accepted", cancelled: "accepted" } as const;
const STATUS = /,(accepted|refused|cancelled),/;

/**
 * Takes so many of the newest rows, and so many of all over the history, out of a transactions file; so many others become
 * corrections, with another status. No field has a line end in it.
 */
export async function takeChangedRows(
  folder: string,
  apart: string,
  rows: number,
  historyRows: number,
  signal: AbortSignal,
): Promise<ChangedRows> {
  const history = join(folder, "transactions.csv");
  const fileOf = (change: Change): string => join(apart, `transactions-changed-${change}.csv`);
  await cutTail(history, fileOf("new"), rows);
  const kept = createWriteStream(`${history}.kept`);
  const late = createWriteStream(fileOf("late"));
  const corrected = createWriteStream(fileOf("corrected"));
  const every = Math.floor(historyRows / rows);
  let line = -1;
  for await (const text of createInterface({ input: createReadStream(history), crlfDelay: Infinity })) {
    line += 1;
    const isHeader = line === 0;
    const place = line % every;
    const taken = Math.floor(line / every) < rows;
    const to = (file: typeof kept, written: string): boolean => file.write(`${written}\n`);
    if (isHeader) {
      to(late, text);
      to(corrected, text);
    }
    if (!isHeader && taken && place === 1) {
      to(late, text);
      continue;
    }
    if (!isHeader && taken && place === 2)
      to(
        corrected,
        text.replace(STATUS, (_match, status: keyof typeof OTHER_STATUS) => `,${OTHER_STATUS[status]},`),
      );
    if (!to(kept, text)) await once(kept, "drain", { signal });
  }
  for (const file of [kept, late, corrected]) {
    file.end();
    await once(file, "finish");
  }
  await rename(`${history}.kept`, history);
  return {
    rows,
    add: async (change) => {
      await copyFile(fileOf(change), join(folder, `transactions-changed-${change}.csv`));
      await pause(SETTLED_MS, undefined, { signal });
    },
  };
}
