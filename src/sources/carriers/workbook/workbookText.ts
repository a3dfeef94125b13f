import type { FileHandle } from "node:fs/promises";
import { findTable, type RowsOfSheet } from "./findTable.ts";
import { lastStringOf, RecordLines } from "./recordLines.ts";
import { SharedStrings } from "./sharedStrings.ts";
import { sheetRows } from "./sheetRows.ts";
import { readWorkbookParts, shownSheet } from "./workbookParts.ts";
import { ZipArchive } from "./zipArchive.ts";

/** What a workbook may take, so that a small file that unpacks to a large one is stopped. */
export interface WorkbookLimits {
  /** Bytes that each of its parts may unpack to, and that the text may have. */
  readonly unpackedBytes: number;
  /** Bytes of memory for the strings that its cells share. */
  readonly sharedStringBytes: number;
}

const SHARED_STRINGS = "its list of strings";

/** Of a workbook all of whose strings are in their cells. */
async function* noStrings(): AsyncGenerator<Buffer> {
  yield Buffer.from("<sst/>");
}

/** A million rows with five million strings of 15 characters take so much. */
export const MOST_SHARED_STRING_BYTES = 96 << 20;

/**
 * The records of an open workbook (ECMA-376, .xlsx) as CSV in UTF-8: those of the first sheet that has a header, in
 * blocks that belong to who takes them. The same file always gives the same bytes. Line N is row N of the sheet; what
 * lies above the header, and rows without a record, are blank lines, and a line break in a cell is U+2028. Memory is
 * bounded by the limit of shared strings, and a row.
 *
 * @param isHeader whether these are the names of a header
 * @throws WorkbookRefusal where it cannot be read; that may be after some of the text: checksums are at the end
 */
export async function* workbookText(
  handle: FileHandle,
  isHeader: (names: readonly string[]) => boolean,
  limits: WorkbookLimits,
): AsyncGenerator<Buffer> {
  const archive = await ZipArchive.open(handle);
  const parts = await readWorkbookParts(archive);
  const part = (name: string, what: string): AsyncGenerator<Buffer> =>
    archive.part(name, { what, mostBytes: limits.unpackedBytes });
  const strings = new SharedStrings(
    parts.sharedStrings === undefined ? noStrings() : part(parts.sharedStrings, SHARED_STRINGS),
    SHARED_STRINGS,
    limits.sharedStringBytes,
  );
  const rowsOf: RowsOfSheet = (sheet, columns) => {
    const what = shownSheet(sheet);
    return sheetRows(part(sheet.part, what), what, parts, columns);
  };
  try {
    const { sheet, headerRow, columns } = await findTable(parts.sheets, rowsOf, strings, isHeader);
    const lines = new RecordLines(strings.fields, columns, limits.unpackedBytes);
    for await (const rows of rowsOf(sheet, columns)) {
      await strings.readTo(lastStringOf(rows));
      for (const row of rows) if (row.number >= headerRow) lines.add(row);
      yield* lines.takeFull();
    }
    await strings.finish();
    yield* lines.takeAll();
  } finally {
    await strings.close();
  }
}
