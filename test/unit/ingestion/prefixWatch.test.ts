import { createHash } from "node:crypto";
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { PrefixWatch } from "../../../src/ingestion/prefixWatch.ts";
import { openText } from "../../../src/sources/carriers/openText.ts";
import { identityOf } from "../../../src/runs/fileIdentity.ts";
import { countingFileReads } from "../../fixtures/fileReads.ts";

const MEGABYTE = 1 << 20;
/** Three reads. */
const TEXT = "a".repeat(MEGABYTE) + "b".repeat(MEGABYTE) + "c".repeat(MEGABYTE);
const MARKED_TEXT = `\ufeff${TEXT}`;
const HOUR_MS = 3_600_000;

interface Watched {
  readonly path: string;
  readonly watch: PrefixWatch;
  /** The text, read by read. */
  readonly text: AsyncGenerator<Buffer>;
  /** What the watch says of a megabyte that was read while the file held the text. */
  readonly compare: (megabyte: number) => Promise<string>;
  /** Bytes that saying it took. */
  readonly bytesToCompare: (megabyte: number) => Promise<number>;
}

/** Watches a file of which every time looks old from the clock given, or too young. */
async function withWatched(
  looks: "old" | "young",
  work: (watched: Watched) => Promise<void>,
  encoding: "utf-8" | "utf-16le" = "utf-8",
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-watch-"));
  const path = join(folder, "file.csv");
  const text = Buffer.from(encoding === "utf-8" ? TEXT : MARKED_TEXT);
  writeFileSync(path, encoding === "utf-8" ? text : Buffer.from(MARKED_TEXT, "utf16le"));
  const handle = await open(path, "r");
  try {
    const now = (): Date => new Date(Date.now() + (looks === "old" ? HOUR_MS : 0));
    const openedAt = now();
    const identity = identityOf(await handle.stat({ bigint: true }));
    const fileText = await openText(handle, { path }, { maxUnpackRatio: 100 });
    const watch = new PrefixWatch({ handle, text: fileText, identity, openedAt }, now);
    const compare = (megabyte: number): Promise<string> => {
      const endByte = megabyte * MEGABYTE;
      const sha256 = createHash("sha256").update(text.subarray(0, endByte)).digest("hex");
      return watch.compare({ startByte: endByte - MEGABYTE, endByte, sha256 });
    };
    await work({
      path,
      watch,
      text: watch.text(0),
      compare,
      bytesToCompare: async (megabyte) => (await countingFileReads(() => compare(megabyte))).bytes,
    });
  } finally {
    await handle.close();
    await rm(folder, { recursive: true });
  }
}

const overwrite = (path: string, text: string): void => {
  writeFileSync(path, text, { flag: "r+" });
};

describe("a file that stays as it is", () => {
  test("is not read again", () =>
    withWatched("old", async ({ text, compare, bytesToCompare }) => {
      for (const megabyte of [1, 2, 3]) {
        await text.next();
        expect(await bytesToCompare(megabyte)).toBe(0);
        expect(await compare(megabyte)).toBe("unchanged");
      }
    }));

  test("is read again up to each chunk's end while its times are too young to tell", () =>
    withWatched("young", async ({ text, compare, bytesToCompare }) => {
      await text.next();
      expect(await bytesToCompare(1)).toBeGreaterThanOrEqual(MEGABYTE);
      expect(await compare(1)).toBe("goes on");
      expect(await compare(3)).toBe("unchanged");
    }));
});

describe("a file that has grown", () => {
  test("goes on, and is read again for what was read before that was seen, and no more", () =>
    withWatched("old", async ({ path, text, compare, bytesToCompare }) => {
      await text.next();
      await text.next();
      appendFileSync(path, "d");
      expect(await bytesToCompare(1)).toBeGreaterThanOrEqual(MEGABYTE);
      // The next read may have been on its way then.
      await text.next();
      expect(await bytesToCompare(2)).toBeGreaterThanOrEqual(MEGABYTE);
      expect(await compare(3)).toBe("goes on");
      expect(await bytesToCompare(4)).toBe(0);
    }));
});

describe("a file that is written to is changed", () => {
  test("from the chunk on that holds what was overwritten", () =>
    withWatched("old", async ({ path, compare }) => {
      overwrite(path, `${TEXT.slice(0, MEGABYTE + 5)}x${TEXT.slice(MEGABYTE + 6)}`);
      expect(await compare(1)).toBe("goes on");
      expect(await compare(2)).toBe("changed");
    }));

  test("also where a chunk was read before it was seen, and is asked about after", () =>
    withWatched("old", async ({ path, text, compare }) => {
      await text.next();
      await text.next();
      // The second megabyte is read, and in the file there is another now; that shows when the first is asked about.
      overwrite(path, TEXT.replaceAll("b", "x"));
      expect(await compare(1)).toBe("goes on");
      expect(await compare(2)).toBe("changed");
    }));

  test.each([1, 2])("when it is shorter than chunk %d", (megabyte) =>
    withWatched("old", async ({ path, compare }) => {
      truncateSync(path, megabyte * MEGABYTE - 1);
      expect(await compare(megabyte)).toBe("changed");
    }),
  );

  test("though it looks as young as before", () =>
    withWatched("young", async ({ path, compare }) => {
      overwrite(path, "x");
      expect(await compare(1)).toBe("changed");
    }));
});

test("places in a file of UTF-16 are those of its text", () =>
  withWatched(
    "young",
    async ({ compare, watch }) => {
      const read: Buffer[] = [];
      for await (const block of watch.text(2 * MEGABYTE)) read.push(Buffer.from(block));
      // The mark takes three bytes of text.
      const expected = `bbb${"c".repeat(MEGABYTE)}`;
      expect(Buffer.concat(read).toString() === expected).toBe(true);
      expect(await compare(2)).toBe("goes on");
      expect(await compare(3)).toBe("goes on");
    },
    "utf-16le",
  ));
