import { describe, expect, test } from "@jest/globals";
import { textOfPart, type FileToLoad } from "../../../../src/ingestion/refresh/filePart.ts";
import type { FormerPart } from "../../../../src/ingestion/refresh/formerFiles.ts";
import { formerOrder, type FileAsThen } from "../../../../src/ingestion/refresh/formerOrder.ts";
import { SOURCES, type SourceName } from "../../../../src/sources/contracts.ts";

const IDENTITY = { sizeBytes: 1n, mtimeNs: 1n, ctimeNs: 1n, inode: 1n };

/** File 1 holds stores, 2 devices, 3 transactions; so do 11, 12 and 13. */
const sourceOf = (fileId: number): SourceName => SOURCES[(fileId % 10) - 1] ?? "transactions";
const files: ReadonlyMap<number, FileAsThen> = new Map(
  [1, 2, 3, 11, 12, 13].map((id) => {
    const path = `${sourceOf(id)}-${id}`;
    const file = { source: sourceOf(id), path, absolutePath: `/${path}`, folder: undefined };
    return [id, { file, endOf: IDENTITY }];
  }),
);
const part = (runId: number, fileId: number, endByte = 10, others: Partial<FormerPart> = {}): FormerPart => ({
  ...{ runId, fileId, source: sourceOf(fileId), endByte, isEnd: false },
  ...{ statedAt: "2026-01-01", committedAt: "2026-01-01" },
  ...others,
});
const orderOf = (...parts: FormerPart[]) =>
  formerOrder(parts, files).map((round) =>
    round.map(({ path, part: one }) => `${path} ${[...(one?.chunkEnds ?? [])].join(",")}`),
  );

describe("what was loaded before is loaded again", () => {
  test("run by run, where that brought stores or devices", () => {
    expect(orderOf(part(1, 1), part(1, 2), part(1, 3), part(2, 13), part(3, 12), part(3, 3, 20))).toEqual([
      ["stores-1 10", "devices-2 10", "transactions-3 10", "transactions-13 10"],
      ["devices-12 10", "transactions-3 20"],
    ]);
  });

  test("in the chunks of before, of which those of one load are one part", () => {
    expect(
      orderOf(part(1, 3, 10), part(1, 3, 20), part(1, 3, 30, { statedAt: "2026-01-02" }), part(2, 3, 40)),
    ).toEqual([["transactions-3 10,20", "transactions-3 30", "transactions-3 40"]]);
  });

  test("in rounds of their own where stores or devices follow sales in one run, as after a refresh", () => {
    expect(orderOf(part(1, 3), part(1, 1), part(1, 13))).toEqual([
      ["transactions-3 10"],
      ["stores-1 10", "transactions-13 10"],
    ]);
  });

  test("to the end of a file, where it ends as it did; and without an end that is none any more", () => {
    const end = part(1, 3, 20, { isEnd: true });
    const ends = (found: ReadonlyMap<number, FileAsThen>) =>
      formerOrder([part(1, 3), end], found).flatMap((round) => round.map((one) => one.part?.endOf ?? null));
    expect(ends(files)).toEqual([null, IDENTITY]);
    const grown = files.get(3);
    if (grown === undefined) throw new Error("file 3 is there");
    expect(ends(new Map([[3, { ...grown, endOf: null }]]))).toEqual([null]);
  });

  test("without files that are not as they were", () => {
    expect(orderOf(part(1, 4), part(1, 3))).toEqual([["transactions-3 10"]]);
  });
});

describe("the text of a part", () => {
  const read = async (from: number, ...chunkEnds: number[]): Promise<string[]> => {
    const file = files.get(3)?.file;
    if (file === undefined) throw new Error("file 3 is there");
    const toLoad: FileToLoad = {
      ...file,
      part: { chunkEnds: new Set(chunkEnds), statedAt: "2026-01-01", endOf: null },
    };
    async function* blocks(): AsyncGenerator<Buffer> {
      for (const text of ["abcde", "fghij", "klmno"]
        .join("")
        .slice(from)
        .match(/.{1,5}/g) ?? [])
        yield await Promise.resolve(Buffer.from(text));
    }
    const pieces: string[] = [];
    for await (const piece of textOfPart(toLoad, blocks(), from)) pieces.push(piece.toString());
    return pieces;
  };

  test.each([
    [0, [3], ["abc"]],
    [0, [3, 5, 12], ["abc", "de", "fghij", "kl"]],
    [4, [4, 6, 14], ["ef", "ghi", "jklmn"]],
    [0, [15], ["abcde", "fghij", "klmno"]],
    [0, [99], ["abcde", "fghij", "klmno"]],
    [9, [9], []],
  ])("from %i is cut where its chunks end, at %j", async (from, ends, expected) => {
    expect(await read(from, ...ends)).toEqual(expected);
  });
});
