import { Unusable, type Form, type FormSource } from "./carrier.ts";
import { unpackedWorkbook, workbookText, type WorkbookSource } from "./workbook/workbookText.ts";

/** A workbook as spreadsheets write it (ECMA-376), with macros or without: the records are those of one of its sheets. */
export const xlsx: Form = {
  name: "xlsx",
  endings: [".xlsx", ".xlsm"],
  hasMadeHeader: false,
  usualRatio: 1.3,
  isBegunBy: (beginning) => beginning.subarray(0, ZIP_SIGNATURE.length).equals(ZIP_SIGNATURE),
  text: (source) => source.within(workbookText(inWorkbook(source))),
  unpack: (source) => unpackedWorkbook(inWorkbook(source)),
};

const ZIP_SIGNATURE = Buffer.from("PK\u0003\u0004");

function inWorkbook({ handle, count, within, fits }: FormSource): WorkbookSource {
  if (handle === undefined)
    throw new Unusable(
      "refused",
      "a workbook is packed already, and is read only where it is not packed again: unpack it",
    );
  return { handle, count, within, fits };
}
