import type { FileHandle } from "node:fs/promises";
import { counted } from "../counted.ts";
import { findTable, type RowsOfSheet } from "./findTable.ts";
import { lastStringOf, RecordLines } from "./recordLines.ts";
import { SharedStrings } from "./sharedStrings.ts";
import { sheetRows } from "./sheetRows.ts";
import { readWorkbookParts, shownSheet } from "./workbookParts.ts";
import { ZipArchive } from "./zipArchive.ts";
import type { FormSource } from "../carrier.ts";

/** What a workbook's text is made of. */
export interface WorkbookSource extends Pick<FormSource, "count" | "unpackLimit" | "fits"> {
  readonly handle: FileHandle;
}

/** Memory for the strings that cells share: those of a million rows with five different ones of 15 characters each. */
const MOST_SHARED_BYTES = 96 << 20;
const SHARED_STRINGS = "its list of strings";

/**
 * The records of a workbook as CSV in UTF-8: those of the sheet that `findTable` finds, in blocks that belong to who takes
 * them. Line N is row N of the sheet; what lies above the header, and rows without a record, are blank lines.
 * Memory is bounded by that of the shared strings, and a row.
 *
 * @param mostSharedBytes of memory for the strings that cells share
 * @throws Unusable where it cannot be read; that may be behind some of the text: checksums are at the end
 */
export function workbookText(
  source: WorkbookSource,
  mostSharedBytes = MOST_SHARED_BYTES,
): AsyncGenerator<Buffer> {
  return counted(tableText(source, mostSharedBytes), source.unpackLimit());
}

async function* tableText(
  { handle, count, unpackLimit, fits }: WorkbookSource,
  mostSharedBytes: number,
): AsyncGenerator<Buffer> {
  const archive = await ZipArchive.open(handle, count, unpackLimit());
  const parts = await readWorkbookParts(archive);
  const { sharedStrings } = parts;
  const strings = new SharedStrings(
    sharedStrings === undefined ? noStrings() : archive.part(sharedStrings, SHARED_STRINGS),
    SHARED_STRINGS,
    mostSharedBytes,
  );
  const rowsOf: RowsOfSheet = (sheet, columns) => {
    const what = shownSheet(sheet);
    return sheetRows(archive.part(sheet.part, what), what, parts, columns);
  };
  try {
    const table = await findTable(parts.sheets, rowsOf, strings, fits);
    const lines = new RecordLines(strings.fields, table);
    for await (const rows of rowsOf(table.sheet, table.columns)) {
      await strings.readTo(lastStringOf(rows));
      for (const row of rows) {
        lines.add(row);
        // A row of a few bytes may share strings of a megabyte: none waits for the next.
        for (const block of lines.takeFull()) yield block;
      }
    }
    await strings.finish();
    yield* lines.takeAll();
  } finally {
    await strings.close();
  }
}

/** Of a workbook all of whose strings are in their cells. */
async function* noStrings(): AsyncGenerator<Buffer> {
  yield Buffer.from("<sst/>");
}
