import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../../../../../src/database/projectRoot.ts";
import type { SourceName } from "../../../../../src/sources/contracts.ts";
import { sourceOfHeader } from "../../../../../src/sources/header.ts";
import { parseFramedText } from "../../../../../src/sources/parseFramedText.ts";
import { textOfFile } from "../../../../fixtures/workbooks/readWorkbook.ts";
import { parseValues, type Values } from "../../sampleRecords.ts";

const TAKEHOME = join(projectRoot, "..", "shared", "takehome");
const isThere = existsSync(TAKEHOME);
const title = isThere ? "the real workbooks" : `the real workbooks (skipped: ${TAKEHOME} is not there)`;

/** A table as its CSV or its workbook has it: the header, and the records by column. */
async function tableOf(csv: string): Promise<{ header: readonly string[]; records: readonly Values[] }> {
  const [header = [], ...rows] = await parseFramedText(csv, ",");
  const records = rows.map((row) =>
    Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""])),
  );
  return { header, records };
}

async function bothTables(source: SourceName, csv: string, workbook: string) {
  const isHeader = (names: readonly string[]): boolean => sourceOfHeader(names) === source;
  return {
    csv: await tableOf(await readFile(join(TAKEHOME, "csv", csv), "utf8")),
    workbook: await tableOf(await textOfFile(join(TAKEHOME, "xlsx", workbook), { isHeader })),
  };
}

const FILES = [
  ["devices", "device.csv", "devices.xlsx", 200],
  ["stores", "store.csv", "stores.xlsx", 100],
  ["transactions", "transaction.csv", "transactions.xlsx", 1500],
] as const;

/** Columns whose cells are dates there, and texts in CSV. */
const DATES = ["created_at", "happened_at"];

(isThere ? describe : describe.skip)(title, () => {
  test.each(FILES)("of %s have the same typed values as their CSV", async (source, csv, workbook, count) => {
    const tables = await bothTables(source, csv, workbook);
    expect(tables.workbook.header).toEqual(tables.csv.header);
    expect(tables.workbook.records).toHaveLength(count);
    for (const [index, record] of tables.workbook.records.entries()) {
      const { customer_id } = record;
      // A formula draws it anew whenever somebody opens the workbook: each export has another.
      const inCsv = { ...tables.csv.records[index], ...(customer_id === undefined ? {} : { customer_id }) };
      expect(parseValues(source, record)).toEqual(parseValues(source, inCsv));
    }
  });

  test.each(FILES)(
    "of %s say the same, letter for letter, but for dates and what is explained",
    async (source, csv, workbook, _count) => {
      const tables = await bothTables(source, csv, workbook);
      const different = new Map<string, (readonly [workbook: string, csv: string])[]>();
      for (const [index, record] of tables.workbook.records.entries()) {
        for (const [name, text] of Object.entries(record)) {
          const inCsv = tables.csv.records[index]?.[name] ?? "";
          if (text !== inCsv) different.set(name, [...(different.get(name) ?? []), [text, inCsv]]);
        }
      }
      const columns = tables.csv.header.filter((name) => different.has(name));
      expect(columns).toEqual(
        { devices: [], stores: ["created_at", "customer_id"], transactions: ["card_number", ...DATES] }[
          source
        ],
      );
      const ofCards = different.get("card_number") ?? [];
      // Cards that were typed as numbers of 16 digits, of which a spreadsheet keeps 15, and its CSV six.
      expect(ofCards).toHaveLength(source === "transactions" ? 22 : 0);
      for (const [inWorkbook, inCsv] of ofCards) {
        expect(inWorkbook).toMatch(/^\d\.\d{14}E\+15$/);
        expect(Number(inWorkbook).toPrecision(6)).toBe(Number(inCsv.replace(",", ".")).toPrecision(6));
      }
      for (const name of DATES)
        for (const [inWorkbook] of different.get(name) ?? [])
          expect(inWorkbook).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
    },
  );
});
