import { expect, test } from "@jest/globals";
import { REASON_EXAMPLES, type ReasonExample } from "../../src/sources/reasonExamples.ts";
import { REASONS, type Reason } from "../../src/sources/reasons.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { DEVICES_HEADER, devicesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";
import { xlsxOf } from "../fixtures/workbooks/xlsxOf.ts";

/** The example as a file. */
async function fileOf({ source, fields, lines, objects, isWorkbook }: ReasonExample): Promise<Buffer> {
  if (objects !== undefined) return Buffer.from(objects);
  if (lines !== undefined) {
    const header = lines.includes("store_id") ? "" : DEVICES_HEADER;
    return Buffer.from(header + lines, "latin1");
  }
  const text =
    source === "devices" ? devicesFile({ id: 9, ...fields }) : transactionsFile({ id: 9, ...fields });
  return isWorkbook === true ? xlsxOf(text) : Buffer.from(text);
}

const endingOf = ({ objects, isWorkbook }: ReasonExample): string => {
  if (isWorkbook === true) return "xlsx";
  return objects === undefined ? "csv" : "ndjson";
};

/** The column that an example is about: the first field that it gives. */
const columnOf = (reason: Reason, { fields = {}, column }: ReasonExample): string | null => {
  if (reason === "unterminated_id") return "id";
  return column ?? Object.keys(fields)[0] ?? null;
};

/** Lines of the example that are rejected. */
const linesOf = (reason: Reason, { objects }: ReasonExample): number[] => {
  if (reason === "record_in_quotes") return [2, 3, 4];
  return [objects === undefined ? 2 : objects.split("\n").length - 1];
};

test.each(Object.entries(REASON_EXAMPLES) as [Reason, ReasonExample][])(
  "the example of %s is rejected for it, with its line and column",
  (reason, example) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 9, amount: "2.00" }));
      await warehouse.ingest();
      const name = `${example.source}-example.${endingOf(example)}`;
      await warehouse.files.write(name, await fileOf(example));

      await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1", ...example.settings } });

      expect(
        await warehouse.rows(
          `SELECT path, source_line::integer AS line, reason, column_name AS column
           FROM operations.quarantine JOIN operations.source_files USING (file_id)`,
        ),
      ).toEqual(
        linesOf(reason, example).map((line) => ({
          path: name,
          line,
          reason,
          column: columnOf(reason, example),
        })),
      );
    })(),
);

test("every reason has its example", () => {
  expect(Object.keys(REASON_EXAMPLES)).toEqual(Object.keys(REASONS));
});
