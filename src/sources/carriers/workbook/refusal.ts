/**
 * Why a workbook cannot be read, as a clause that follows the file's name: what is wrong with the file itself, so trying
 * again helps nobody until it is mended. Nothing of what a cell holds is in it.
 */
export class WorkbookRefusal extends Error {
  override readonly name = "WorkbookRefusal";
}
