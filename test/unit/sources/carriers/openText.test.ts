import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { encodingOf, type Encoding } from "../../../../src/sources/carriers/encoding.ts";
import { openText, type FileText } from "../../../../src/sources/carriers/openText.ts";
import { READ_BYTES } from "../../../../src/sources/fileBytes.ts";
import { gz, zst } from "../../../fixtures/carriers.ts";
import { trials } from "../../../fixtures/trials.ts";
import { inFile } from "../../../fixtures/inFile.ts";
import { inline, row } from "../../../fixtures/workbooks/readWorkbook.ts";
import { workbookParts } from "../../../fixtures/workbooks/workbookParts.ts";
import type { CellValue } from "../../../fixtures/workbooks/writeWorkbook.ts";
import { xlsx } from "../../../fixtures/workbooks/xlsxOf.ts";
import { zipBytes } from "../../../fixtures/workbooks/zipFile.ts";

const units = (text: string, encoding: Encoding): Buffer => {
  const little = Buffer.from(text, "utf16le");
  return encoding === "utf-16be" ? little.swap16() : little;
};
const LIMITS = { maxUnpackRatio: 100 };
const NEVER = new AbortController().signal;

const withText = <T>(bytes: Buffer, work: (text: FileText) => Promise<T>, limits = LIMITS): Promise<T> =>
  inFile(bytes, async (file) => work(await openText(file, { path: "transactions.csv" }, limits)));

async function readFrom(text: FileText, position: number): Promise<Buffer> {
  const reads: Buffer[] = [];
  for await (const read of text.from(position)) reads.push(Buffer.from(read));
  return Buffer.concat(reads);
}

describe("the text of a file", () => {
  const TEXT = "\ufeffid,né\n1,😀\n2,字\n";
  const OBJECTS = '{"id":1,"né":"-","type":"é","store_id":"😀"}\n\n{"store_id":"字","id":2}\n';
  const OF_OBJECTS = "id,né,type,store_id\n1,,é,😀\n\n2,,,字\n";

  test.each([
    ["UTF-8", Buffer.from(TEXT), { encoding: "utf-8" }, TEXT],
    ["UTF-16, little end first", units(TEXT, "utf-16le"), { encoding: "utf-16le" }, TEXT],
    ["UTF-16, big end first", units(TEXT, "utf-16be"), { encoding: "utf-16be" }, TEXT],
    ["gzip", gz(TEXT), { encoding: "utf-8", packing: "gzip" }, TEXT],
    ["UTF-16 in gzip", gz(units(TEXT, "utf-16le")), { encoding: "utf-16le", packing: "gzip" }, TEXT],
    ["NDJSON", Buffer.from(OBJECTS), { encoding: "utf-8", form: "ndjson" }, OF_OBJECTS],
    [
      "NDJSON with a mark",
      Buffer.from(`\ufeff${OBJECTS}`),
      { encoding: "utf-8", form: "ndjson" },
      OF_OBJECTS,
    ],
    [
      "NDJSON in UTF-16 in gzip",
      gz(units(`\ufeff${OBJECTS}`, "utf-16be")),
      { encoding: "utf-16be", form: "ndjson", packing: "gzip" },
      OF_OBJECTS,
    ],
  ])("is the same from each position of it on: %s", async (_what, bytes, writtenAs, expected) => {
    await withText(bytes, async (text) => {
      const whole = Buffer.from(expected);
      expect(text).toMatchObject({ writtenAs, beginning: whole, atEnd: true, foreign: undefined });
      for (let from = 0; from <= whole.length; from += 1)
        expect(await readFrom(text, from)).toEqual(whole.subarray(from));
    });
  });

  test("begins in characters that reads hold whole", async () => {
    const emoji = "😀".repeat(READ_BYTES / 4);
    await withText(units(`\ufeff${emoji}`, "utf-16le"), (text) => {
      expect(text.beginning.toString()).toBe(`\ufeff${emoji}`);
      return Promise.resolve();
    });
  });

  test("of a large file begins with a read of it, and does not end there", async () => {
    const lines = "1,2,3\n".repeat(READ_BYTES / 3);
    for (const bytes of [Buffer.from(lines), gz(lines), await zst(lines)]) {
      await withText(bytes, async (text) => {
        expect(text.atEnd).toBe(false);
        expect(text.beginning.length).toBeGreaterThanOrEqual(READ_BYTES);
        expect(Buffer.from(lines).subarray(0, text.beginning.length).equals(text.beginning)).toBe(true);
        expect((await readFrom(text, lines.length - 6)).toString()).toBe("1,2,3\n");
      });
    }
  });

  test.each([
    [[0xff, 0xfe, 0x61, 0], "utf-16le"],
    [[0xfe, 0xff, 0, 0x61], "utf-16be"],
    [[0xef, 0xbb, 0xbf], "utf-8"],
    [[0x61, 0], "utf-8"],
    [[0xff], "utf-8"],
    [[], "utf-8"],
  ])("that begins with the bytes %j is %s", (bytes, encoding) => {
    expect(encodingOf(Uint8Array.from(bytes))).toBe(encoding);
  });

  test("is told for what it seems to be where it is no CSV, within an archive as well", async () => {
    const nameOf = (bytes: Buffer) => withText(bytes, (text) => Promise.resolve(text.foreign?.name));
    expect(await nameOf(Buffer.from('[{"id":1}]'))).toBe("a JSON document");
    expect(await nameOf(Buffer.from('{\n  "id": 1\n}\n'))).toBe("a JSON document");
    expect(await nameOf(gz("%PDF-1.7\n"))).toBe("a PDF document");
    expect(await nameOf(gz(gz("id,type\n")))).toBe("a gzip archive");
  });
});

describe("a workbook", () => {
  const ignore = (): Promise<void> => Promise.resolve();
  const devices = (count: number): CellValue[][] => [
    ["id", "type", "store_id"],
    ...Array.from({ length: count }, (_, id) => [id + 1, 4, 1 + (id % 90)]),
  ];

  test("is text as any other form, from each position on, whole or not at all", async () => {
    const bytes = await xlsx(devices(3));
    const whole = Buffer.from("id,type,store_id\n1,4,1\n2,4,2\n3,4,3\n");
    await withText(bytes, async (text) => {
      const writtenAs = { encoding: "utf-8", form: "xlsx" };
      expect(text).toMatchObject({ writtenAs, beginning: whole, atEnd: true, hasMadeHeader: false });
      for (let from = 0; from <= whole.length; from += 1)
        expect(await readFrom(text, from)).toEqual(whole.subarray(from));
      await text.checkArchive(NEVER);
      expect(text.bytesInFile(whole.length)).toBe(bytes.length);
    });
    const damaged = { code: "file_unreadable", message: expect.stringMatching(/the workbook is damaged/) };
    await expect(withText(bytes.subarray(0, -1), ignore)).rejects.toMatchObject(damaged);
  });

  test("is unpacked and summed up to its end before anything of it is loaded", async () => {
    const bytes = await xlsx(devices(100_000));
    // Of its sheet, in the list of its parts.
    const checksumAt = bytes.lastIndexOf("xl/worksheets/sheet1.xml") - 30;
    bytes.writeUInt8(bytes.readUInt8(checksumAt) ^ 1, checksumAt);
    await withText(bytes, async (text) => {
      expect(text.atEnd).toBe(false);
      expect(text.beginning.toString("utf8", 0, 17)).toBe("id,type,store_id\n");
      await expect(text.checkArchive(NEVER)).rejects.toMatchObject({
        code: "file_unreadable",
        message: expect.stringMatching(/its sheet Sheet is not what was packed/),
      });
    });
  });

  test("that is packed again, or has no table at all, is refused; one with another table is read for who says what it lacks", async () => {
    const bytes = await xlsx(devices(3));
    await expect(withText(gz(bytes), ignore)).rejects.toMatchObject({
      code: "file_refused",
      message: expect.stringMatching(/a workbook is packed already.*unpack it/),
    });
    await expect(withText(await xlsx([["Sales", 2022]]), ignore)).rejects.toMatchObject({
      code: "file_refused",
      message: expect.stringMatching(/they begin with: Sheet \(Sales, #+\)\.$/),
    });
    const beginning = await inFile(bytes, async (file) => {
      const text = await openText(file, { path: "a.xlsx", source: "stores" }, LIMITS);
      return text.beginning.toString("utf8", 0, 17);
    });
    expect(beginning).toBe("id,type,store_id\n");
  });

  trials({ quick: test.skip, all: test })(
    "may hold no more than its size allows, and have no more text",
    async () => {
      // Eighty megabytes of cells without values, and as much of one string.
      const header = row(...["id", "type", "store_id"].map((name) => inline(name)));
      const blanks = function* (): Generator<string> {
        yield header;
        for (let part = 0; part < 80; part += 1)
          yield `<row>${'<c r="A1"/>'.repeat(1_000).padEnd(1 << 20)}</row>`;
      };
      const strings = `<si><t>${"x".repeat(1 << 19)}</t></si>`;
      const repeats = header + row("<c><v>1</v></c>", '<c t="s"><v>0</v></c>').repeat(160);
      for (const xml of [{ sheets: [{ rows: blanks }] }, { sheets: [{ rows: repeats }], strings }]) {
        const bytes = await zipBytes(workbookParts(xml));
        const reading = (maxUnpackRatio: number): Promise<Buffer> =>
          withText(bytes, (text) => readFrom(text, 1 << 30), { maxUnpackRatio });
        await expect(reading(1)).rejects.toMatchObject({
          code: "file_refused",
          message: expect.stringMatching(/unpack to more than 67 MB, .* MAX_UNPACK_RATIO/),
        });
        expect(await reading(100_000)).toHaveLength(0);
      }
    },
  );
});

describe("an archive that holds more than it may", () => {
  const MEGABYTE = 1 << 20;
  const bomb = gzipSync(Buffer.alloc(80 * MEGABYTE));

  test("is read no further, and says which setting allows more", async () => {
    await withText(bomb, async (text) => {
      let length = 0;
      const reading = (async () => {
        for await (const block of text.from(0)) length += block.length;
      })();
      await expect(reading).rejects.toMatchObject({
        code: "file_refused",
        message: expect.stringMatching(
          /^transactions\.csv: refused, its \d+ bytes unpack to more than 67 MB.* MAX_UNPACK_RATIO/,
        ),
      });
      expect(length).toBeLessThanOrEqual(64 * MEGABYTE);
      await expect(text.checkArchive(NEVER)).rejects.toMatchObject({ code: "file_refused" });
    });
  });

  test("is read where the setting allows it", () =>
    withText(bomb, (text) => text.checkArchive(NEVER), { maxUnpackRatio: 2_000 }));

  test("is not read on when the run stops", () =>
    withText(bomb, (text) => text.checkArchive(AbortSignal.abort())));
});

test("how far a text has been read is told by its file, and is all of it at its end", async () => {
  const lines = Array.from({ length: 300_000 }, (_, id) => `${id},${id * 7919},3\n`).join("");
  const bytes = gz(lines);
  await withText(bytes, async (text) => {
    expect(text.bytesAfter(0)).toBeGreaterThan(bytes.length);
    let position = 0;
    let before = 0;
    for await (const block of text.from(0)) {
      position += block.length;
      const inFile = text.bytesInFile(position);
      expect(inFile).toBeGreaterThanOrEqual(before);
      expect(inFile).toBeLessThanOrEqual(bytes.length);
      before = inFile;
    }
    expect(text.bytesInFile(position)).toBe(bytes.length);
  });
});
