import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Unusable } from "../../../../../src/sources/carriers/carrier.ts";
import { workbookText } from "../../../../../src/sources/carriers/workbook/workbookText.ts";
import {
  HEADER,
  HEADER_ROW,
  inline,
  row,
  textOfBytes,
  textOfParts,
  textOfXml,
  workbookSource,
} from "../../../../fixtures/workbooks/readWorkbook.ts";
import { MAIN, STYLES, workbookParts } from "../../../../fixtures/workbooks/workbookParts.ts";
import { trials } from "../../../../fixtures/trials.ts";
import { writeZip, zipBytes } from "../../../../fixtures/workbooks/zipFile.ts";

const SHEET = "xl/worksheets/sheet1.xml";
const RECORD = row("<c><v>1</v></c>", '<c t="s"><v>0</v></c>', "<c><v>2</v></c>");
const GOOD = workbookParts({
  sheets: [{ name: "Sales", rows: HEADER_ROW + RECORD }],
  strings: "<si><t>Tulips</t></si>",
  styles: STYLES,
});
const GOOD_TEXT = "id,name,amount\n1,Tulips,2\n";

/** Of the places of a file that are tried so many. */
const STRIDE = trials({ quick: 11, all: 1 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tillhouse-damage-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a workbook that is not whole is refused", () => {
  test("wherever it was cut", async () => {
    const whole = await zipBytes(GOOD);
    expect(await textOfBytes(whole)).toBe(GOOD_TEXT);
    for (let length = 0; length < whole.length; length += STRIDE)
      await expect(textOfBytes(whole.subarray(0, length))).rejects.toThrow(
        /^the workbook is damaged or breaks off: /,
      );
  });

  test("with any bit of a part that is read the other way round", async () => {
    for (const compress of [true, false]) {
      const whole = await zipBytes(GOOD, { compress });
      for (const name of [SHEET, "xl/sharedStrings.xml"]) {
        // The name stands behind the 30 bytes of its header, and the content, if it is marked as one, behind the name.
        const start = whole.indexOf(name) + name.length;
        const end = whole.indexOf("PK", start);
        for (let position = start; position < end - 16; position += STRIDE) {
          const bytes = Buffer.from(whole);
          bytes[position] = (bytes[position] ?? 0) ^ (1 << (position % 8));
          await expect(textOfBytes(bytes)).rejects.toBeInstanceOf(Unusable);
        }
      }
    }
  });

  test("with any byte of its lists changed, or is read as it was", async () => {
    const whole = await zipBytes(GOOD);
    const list = whole.indexOf("PK\x01\x02", 0, "latin1");
    for (let position = list; position < whole.length; position += STRIDE) {
      const bytes = Buffer.from(whole);
      bytes[position] = (bytes[position] ?? 0) ^ 0x55;
      const text = await textOfBytes(bytes).catch((error: unknown) => error);
      if (text !== GOOD_TEXT) expect(text).toBeInstanceOf(Unusable);
    }
  });

  test.each([
    ["_rels/.rels", "it is a zip archive, and no workbook (.xlsx) in one"],
    ["xl/workbook.xml", "the workbook is damaged or breaks off: its list of sheets is not in it"],
    ["xl/_rels/workbook.xml.rels", "the workbook is damaged or breaks off: its list of parts is not in it"],
    ["xl/styles.xml", "the workbook is damaged or breaks off: its list of styles is not in it"],
    ["xl/sharedStrings.xml", "the workbook is damaged or breaks off: its list of strings is not in it"],
    [SHEET, "the workbook is damaged or breaks off: its sheet Sales is not in it"],
  ])("without %s", async (name, why) => {
    const { [name]: _left, ...others } = GOOD;
    await expect(textOfParts(others)).rejects.toThrow(why);
  });

  test.each([
    ["xl/workbook.xml", "<sst/>", "its list of sheets is no <workbook> of a workbook"],
    ["xl/_rels/workbook.xml.rels", "", "its list of parts is no well-formed XML"],
    ["xl/styles.xml", "<styleSheet>", "its list of styles is no well-formed XML"],
    ["xl/sharedStrings.xml", "<html/>", "its list of strings is no <sst> of a workbook"],
    [SHEET, `<worksheet xmlns="${MAIN}"><sheetData>`, "its sheet Sales is no well-formed XML"],
    [SHEET, "\u0001\u0002", "its sheet Sales is no well-formed XML"],
    [SHEET, "<chartsheet/>", "its sheet Sales is no <worksheet> of a workbook"],
    [
      SHEET,
      `<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>`,
      "its sheet Sales has a document type definition",
    ],
    ["xl/workbook.xml", "<workbook/>", "it has no sheet with cells"],
  ])("with %s as %j", async (name, content, why) => {
    await expect(textOfParts({ ...GOOD, [name]: content })).rejects.toThrow(why);
  });

  test("with a part whose name leads out of it, and none is looked for outside", async () => {
    const bytes = await zipBytes(GOOD);
    const outside = Buffer.from(
      bytes.toString("latin1").replaceAll(SHEET, SHEET.replace("xl/wo", "../wo")),
      "latin1",
    );
    await expect(textOfBytes(outside)).rejects.toThrow("its list of parts cannot be read");
    const list = GOOD["xl/_rels/workbook.xml.rels"];
    const up = String(list).replace("worksheets/sheet1.xml", "../../../../../../etc/passwd");
    await expect(textOfParts({ ...GOOD, "xl/_rels/workbook.xml.rels": up })).rejects.toThrow(
      "its sheet Sales is not in it",
    );
  });

  test("with two parts of one name, or far too many", async () => {
    await expect(textOfParts({ ...GOOD, [SHEET.toUpperCase()]: "" })).rejects.toThrow(
      "two of its parts have one name",
    );
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`a${index}`, ""]));
    await expect(textOfParts({ ...GOOD, ...many }, {}, { compress: false })).rejects.toThrow(
      "parts, and a workbook at most 10000",
    );
    const long = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`a${index}`.padEnd(60_000), ""]),
    );
    await expect(textOfParts({ ...GOOD, ...long })).rejects.toThrow("its list of parts is longer than 16 MB");
  });
});

describe("what is no workbook says what to do", () => {
  test.each([
    ["nothing", Buffer.alloc(0), "the workbook is damaged or breaks off"],
    ["text", Buffer.from("id,name,amount\n1,a,2\n"), "the workbook is damaged or breaks off"],
  ])("%s", async (_name, bytes, why) => {
    await expect(textOfBytes(bytes)).rejects.toThrow(why);
  });

  test.each([
    [
      "a binary workbook",
      { "_rels/.rels": relationshipTo("xl/workbook.bin"), "xl/workbook.bin": "x" },
      "(.xlsb): save it as .xlsx",
    ],
    ["an OpenDocument file", { mimetype: "x", "content.xml": "<a/>" }, "(.ods): save it as .xlsx"],
    [
      "a document",
      {
        "_rels/.rels": relationshipTo("word/document.xml"),
        "word/document.xml": "<document/>",
        "word/_rels/document.xml.rels": "<Relationships/>",
      },
      "its list of sheets is no <workbook>",
    ],
    ["an archive of files", { "stores.csv": "id\n" }, "a zip archive, and no workbook (.xlsx) in one"],
  ])("%s", async (_name, parts, why) => {
    await expect(textOfParts(parts as Record<string, string>)).rejects.toThrow(why);
  });

  function relationshipTo(target: string): string {
    return `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="${target}"/></Relationships>`;
  }
});

describe("what takes more than it may is stopped", () => {
  const MEGABYTE = 1 << 20;
  const emptyCells = (bytes: number) =>
    function* (): Generator<string> {
      yield `<worksheet><sheetData>${HEADER_ROW}<row>`;
      for (let left = bytes; left > 0; left -= MEGABYTE) yield '<c r="A2"/>'.repeat(1_000).padEnd(MEGABYTE);
      yield "</row></sheetData></worksheet>";
    };

  test("a part that unpacks to more, when it has come so far", async () => {
    const parts = workbookParts({ sheets: [{ xml: emptyCells(15 * MEGABYTE) }] });
    const bytes = await zipBytes(parts);
    expect(bytes.length).toBeLessThan(200_000);
    await expect(textOfBytes(bytes, { mostBytes: 8 * MEGABYTE })).rejects.toThrow(
      `more than ${8 * MEGABYTE} bytes`,
    );
    expect(await textOfBytes(bytes, { mostBytes: 64 * MEGABYTE })).toBe("id,name,amount\n");
  });

  test("sheets that unpack to more together, though none of them does", async () => {
    const blanks = { rows: () => [row('<c r="A2"/>'.repeat(4_000)).repeat(25)] };
    const bytes = await zipBytes(workbookParts({ sheets: [blanks, blanks, blanks, { rows: HEADER_ROW }] }));
    await expect(textOfBytes(bytes, { mostBytes: 3 * MEGABYTE })).rejects.toThrow(
      `more than ${3 * MEGABYTE} bytes`,
    );
    expect(await textOfBytes(bytes, { mostBytes: 4 * MEGABYTE })).toBe("id,name,amount\n");
  });

  test("lists that are none", async () => {
    const styles = "<cellXfs/>".repeat(2 * MEGABYTE);
    await expect(textOfXml({ sheets: [{ rows: HEADER_ROW }], styles })).rejects.toThrow(
      "its list of styles is longer than 16 MB",
    );
  });

  test("shared strings that fill the memory", async () => {
    const strings = "<si><t>abcdefghijkl</t></si>".repeat(10_000);
    const rows = HEADER_ROW + row("<c><v>1</v></c>", '<c t="s"><v>9999</v></c>');
    const read = (mostSharedBytes: number): Promise<string> =>
      textOfXml({ sheets: [{ rows }], strings }, { mostSharedBytes });
    await expect(read(159_999)).rejects.toThrow(
      "its list of strings takes more memory than the 0 MB that it may",
    );
    expect(await read(160_000)).toBe("id,name,amount\n1,abcdefghijkl,\n");
  });

  test("one long string that a million cells share", async () => {
    const strings = `<si><t>${"x".repeat(MEGABYTE / 2)}</t></si>`;
    const rows = HEADER_ROW + row(...Array<string>(3).fill('<c t="s"><v>0</v></c>')).repeat(100);
    await expect(textOfXml({ sheets: [{ rows }], strings }, { mostBytes: 32 * MEGABYTE })).rejects.toThrow(
      `more than ${32 * MEGABYTE} bytes`,
    );
  });

  test("rows of a few bytes that share a long string, one by one", async () => {
    const strings = `<si><t>${"x".repeat(MEGABYTE / 2)}</t></si>`;
    // Of one block of the sheet, with a text of 600 MB.
    const rows = HEADER_ROW + row(...Array<string>(3).fill('<c t="s"><v>0</v></c>')).repeat(400);
    const path = join(folder, "shares.xlsx");
    await writeZip(path, workbookParts({ sheets: [{ rows }], strings }));
    const handle = await open(path);
    let [length, most] = [0, 0];
    const before = process.memoryUsage().arrayBuffers;
    for await (const block of workbookText(workbookSource(handle))) {
      length += block.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    await handle.close();
    expect(length).toBeGreaterThan(600 * MEGABYTE);
    expect(most).toBeLessThan(300 * MEGABYTE);
  });

  test("a row that shares more than memory", async () => {
    const strings = `<si><t>${"x".repeat(MEGABYTE / 2)}</t></si>`;
    const wide = row(...HEADER.map(inline), ...Array<string>(40).fill(inline("more")));
    const rows = wide + row(...Array<string>(33).fill('<c t="s"><v>0</v></c>'));
    await expect(textOfXml({ sheets: [{ name: "S", rows }], strings })).rejects.toThrow(
      "its sheet S cannot be read: row 2 shares strings of more than 16777216 bytes",
    );
  });

  trials({ quick: test.skip, all: test })(
    "a row that is longer than memory, whoever asks for its names",
    async () => {
      const cell = inline("x".repeat(MEGABYTE / 2));
      await expect(textOfXml({ sheets: [{ rows: row(cell.repeat(33)) }] })).rejects.toThrow(
        "row 1 holds more than 16777216 characters",
      );
      const strings = `<si><t>${"x".repeat(MEGABYTE / 2)}</t></si>`;
      await expect(
        textOfXml({ sheets: [{ rows: row('<c t="s"><v>0</v></c>'.repeat(16_384)) }], strings }),
      ).rejects.toThrow(/they begin with: Sheet \(x{40}, .*and 16354 more\)$/);
    },
  );
});

describe("reading", () => {
  test("gives the same bytes each time, in blocks that stay as they are", async () => {
    const rows = HEADER_ROW + RECORD.repeat(50_000);
    const path = join(folder, "large.xlsx");
    await writeZip(path, workbookParts({ sheets: [{ rows }], strings: "<si><t>Tulips</t></si>" }));
    const blocks = await Promise.all([blocksOf(path), blocksOf(path)]);
    const [first, second] = blocks.map((list) => Buffer.concat(list).toString());
    expect(first).toBe(`id,name,amount\n${"1,Tulips,2\n".repeat(50_000)}`);
    expect(second).toBe(first);
    expect(blocks[0].length).toBeGreaterThan(2);
  });

  test("may stop anywhere, and leaves the file to who opened it", async () => {
    const handle = await open(join(folder, "large.xlsx"));
    const text = workbookText(workbookSource(handle));
    await text.next();
    await text.return(undefined);
    expect((await handle.read(Buffer.alloc(2), 0, 2, 0)).buffer.toString()).toBe("PK");
    await handle.close();
  });

  test("lets the event loop turn", async () => {
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    });
    await blocksOf(join(folder, "large.xlsx"));
    clearInterval(turning);
    // Five megabytes of XML, 64 KB at a time.
    expect(turns).toBeGreaterThan(20);
  });

  async function blocksOf(path: string): Promise<Buffer[]> {
    const handle = await open(path);
    const blocks: Buffer[] = [];
    try {
      for await (const block of workbookText(workbookSource(handle))) blocks.push(block);
    } finally {
      await handle.close();
    }
    return blocks;
  }
});
