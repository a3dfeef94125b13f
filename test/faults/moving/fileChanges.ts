import {
  appendFileSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { transactionRecords, transactionsFile, type TransactionFields } from "../../fixtures/sourceText.ts";

/** Something that happens to a file while it is read, in one step or in more. */
export interface FileChange {
  readonly name: string;
  readonly steps: readonly FileStep[];
  /** Whoever has the file open reads the content that it was opened with to its end. */
  readonly readsOn?: true;
}

/** @returns what the file at the path holds from now on; undefined where there is none */
export type FileStep = (path: string) => string | undefined;

const SALES = [10001, 10002, 10003, 10004, 10005, 10006];

/** Records that say in each field whose they are, so that half of one with half of another is like none. */
const sale = (id: number, shown = "", cents = 25): TransactionFields => ({
  id,
  product_name: `Tulips ${id}${shown}`,
  amount: `${id}.${cents}`,
  happened_at: `02/01/2022 09:00:${String(id % 60).padStart(2, "0")}`,
});

/** The content that a file is opened with. */
export const OPENED = transactionsFile(...SALES.map((id) => sale(id)));

/** What others write in its place. */
export const OTHER_AMOUNTS = transactionsFile(...SALES.map((id) => sale(id, "", 75)));
export const OTHER_FROM_THIRD = transactionsFile(
  ...SALES.map((id, index) => sale(id, "", index < 2 ? 25 : 75)),
);
const OTHER_IDS = transactionsFile(...SALES.map((id) => sale(id + 5000)));
const BACKWARDS = transactionsFile(...SALES.map((id) => sale(id)).reverse());
const FEWER = transactionsFile(...SALES.slice(0, 3).map((id) => sale(id + 5000)));
const MORE = transactionsFile(...SALES.map((id) => sale(id, " and more")), sale(10007));
const ONE_LESS = transactionsFile(...SALES.slice(1).map((id) => sale(id)));
/** All records but the first begin so many bytes later, or earlier. */
export const shifted = (bytes: number): string =>
  bytes < 0
    ? OPENED.replace("Tulips 10001", "Tulips 10001".slice(0, bytes))
    : OPENED.replace("Tulips 10001", `Tulips 10001${"x".repeat(bytes)}`);

/** In the middle of the record after so many. */
const middleOf = (sales: number): number => OPENED.indexOf(`\n${SALES[sales]}`) - 30;
/** Where so many records end. */
export const endOf = (sales: number): number => OPENED.indexOf(`\n${SALES[sales]}`) + 1;

const grow =
  (text: string): FileStep =>
  (path) => {
    appendFileSync(path, text);
    return OPENED + text;
  };
export const truncate =
  (bytes: number): FileStep =>
  (path) => {
    truncateSync(path, bytes);
    return OPENED.slice(0, bytes);
  };
/** Where it stands, in one write, and with its mtime put back. */
export const rewrite =
  (content: string) =>
  (path: string): string => {
    const { atime, mtime } = statSync(path);
    const file = openSync(path, "r+");
    writeSync(file, content, 0);
    ftruncateSync(file, content.length);
    closeSync(file);
    utimesSync(path, atime, mtime);
    return content;
  };
const renameOver =
  (content: string): FileStep =>
  (path) => {
    writeFileSync(`${path}.part`, content);
    renameSync(`${path}.part`, path);
    return content;
  };

const more = transactionRecords(sale(10007), sale(10008));
const half = more.slice(0, more.length / 2 + 20);

export const GROWN: readonly FileChange[] = [
  { name: "by whole records", steps: [grow(more)] },
  { name: "by half a record", steps: [grow(half)] },
  {
    name: "by half a record, then by the rest",
    steps: [grow(half), (path) => (grow(more.slice(half.length))(path), OPENED + more)],
  },
];

export const TRUNCATED: readonly FileChange[] = [
  { name: "between two records", steps: [truncate(endOf(3))] },
  { name: "inside a record", steps: [truncate(middleOf(4))] },
  { name: "inside the first record", steps: [truncate(middleOf(1))] },
  { name: "inside the header", steps: [truncate(20)] },
  { name: "to nothing", steps: [truncate(0)] },
  { name: "inside a record, and grown again", steps: [truncate(middleOf(4)), rewrite(OPENED)] },
  { name: "to nothing, and written anew", steps: [truncate(0), rewrite(OTHER_IDS)] },
];

export const REWRITTEN: readonly FileChange[] = [
  { name: "with other amounts", steps: [rewrite(OTHER_AMOUNTS)] },
  { name: "with other ids", steps: [rewrite(OTHER_IDS)] },
  { name: "in another order", steps: [rewrite(BACKWARDS)] },
  { name: "shorter", steps: [rewrite(FEWER)] },
  { name: "longer", steps: [rewrite(MORE)] },
  { name: "without its first record", steps: [rewrite(ONE_LESS)] },
  ...[-2, -1, 1, 3].map((bytes) => ({
    name: `its records shifted by ${bytes}`,
    steps: [rewrite(shifted(bytes))],
  })),
  {
    name: "in two halves",
    steps: [rewrite(OTHER_IDS.slice(0, 400) + OPENED.slice(400)), rewrite(OTHER_IDS)],
  },
  { name: "there and back", steps: [rewrite(shifted(1)), rewrite(OPENED)] },
];

export const REPLACED: readonly FileChange[] = [
  { name: "by another file", steps: [renameOver(OTHER_IDS)], readsOn: true },
  { name: "by itself, grown", steps: [renameOver(OPENED + more)], readsOn: true },
  { name: "by two files", steps: [renameOver(FEWER), renameOver(MORE)], readsOn: true },
];

export const TAKEN_AWAY: readonly FileChange[] = [
  {
    name: "deleted",
    steps: [
      (path) => {
        rmSync(path);
        return undefined;
      },
    ],
    readsOn: true,
  },
  {
    name: "made unreadable",
    steps: [
      (path) => {
        chmodSync(path, 0);
        return OPENED;
      },
    ],
    readsOn: true,
  },
];
