import { Unusable, type Form, type FormSource } from "./carrier.ts";
import { workbookText, type WorkbookSource } from "./workbook/workbookText.ts";

/**
 * A workbook as spreadsheets write it (ECMA-376), with macros or without: the records are those of one of its sheets. Of the
 * other kinds of workbooks it is only said how to save them.
 */
export const xlsx: Form = {
  name: "xlsx",
  endings: [".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"],
  hasMadeHeader: false,
  isArchive: true,
  usualRatio: 1.3,
  isBegunBy: (beginning) => beginning.subarray(0, ZIP_SIGNATURE.length).equals(ZIP_SIGNATURE),
  text: (source) => workbookText(inWorkbook(source)),
};

const ZIP_SIGNATURE = Buffer.from("PK\u0003\u0004");

function inWorkbook({ handle, count, unpackLimit, fits }: FormSource): WorkbookSource {
  if (handle === undefined)
    throw new Unusable(
      "refused",
      "a workbook is packed already, and is read only where it is not packed again: unpack it",
    );
  return { handle, count, unpackLimit, fits };
}
