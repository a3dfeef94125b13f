import { readWholeXml, type XmlAttributes, type XmlSink } from "./readXml.ts";

/** For each cell style: the decimals of seconds that it shows a date or time with, -1 where it shows something else. */
export type DateStyles = readonly number[];

const NO_DATE = -1;
const MOST_DECIMALS = 3;

/** Formats that need no declaration (ECMA-376 part 1, 18.8.30): dates and times of all languages, `mm:ss.0` among them. */
const BUILT_IN: readonly (readonly [first: number, last: number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];
const MINUTES_AND_TENTHS = 47;

/** What stands for itself in a format: in quotes, behind a backslash, as padding, or in brackets that are no elapsed time. */
const LITERAL = /"[^"]*"?|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]?/gi;
const DATE_OR_TIME = /[dmyhs]/i;
const DECIMALS = /s\]?[.,](0+)/i;

/** How many decimals of seconds a number format shows a date or time with; -1 where it is no format of either. */
export function decimalsOfFormat(format: string): number {
  const code = format.replace(LITERAL, "");
  if (!DATE_OR_TIME.test(code)) return NO_DATE;
  return Math.min(MOST_DECIMALS, DECIMALS.exec(code)?.[1]?.length ?? 0);
}

function decimalsOfBuiltIn(id: number): number {
  if (id === MINUTES_AND_TENTHS) return 1;
  return BUILT_IN.some(([first, last]) => id >= first && id <= last) ? 0 : NO_DATE;
}

/** Reads which cell styles show dates. */
export async function readDateStyles(blocks: AsyncIterable<Buffer>, what: string): Promise<DateStyles> {
  const styles = new StylesSink();
  await readWholeXml({ what, root: "styleSheet", blocks }, styles);
  return styles.formats.map((id) => styles.decimals.get(id) ?? decimalsOfBuiltIn(id));
}

class StylesSink implements XmlSink {
  /** Of each cell style its number format. */
  readonly formats: number[] = [];
  /** Of each number format that is declared. */
  readonly decimals = new Map<number, number>();
  /** The list that is open. */
  #list = "";

  open(name: string, depth: number, { numFmtId, formatCode = "" }: XmlAttributes): void {
    if (depth === 2) this.#list = name;
    if (depth !== 3) return;
    if (name === "xf" && this.#list === "cellXfs") this.formats.push(Number(numFmtId));
    if (name === "numFmt" && this.#list === "numFmts")
      this.decimals.set(Number(numFmtId), decimalsOfFormat(formatCode));
  }
}
