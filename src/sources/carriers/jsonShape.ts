import { csvField } from "../../lib/csvText.ts";
import type { JsonHeader } from "./jsonRecord.ts";

/** The record of an object on a line, as CSV with its line end; undefined where the line is of another shape. */
export type JsonShape = (line: string) => string | undefined;

const SPACE = "[ \\t\\r]*";
const CHARACTERS = '[^"\\\\\\u0000-\\u001f]*';
const ESCAPE = '\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})';
const TEXT = `"(${CHARACTERS}(?:${ESCAPE}${CHARACTERS})*)"`;
/** Without an exponent: such a number may be another one written out. */
const NUMBER = "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?";
const VALUE = `(?:${TEXT}|(${NUMBER}|true|false)|null)`;
/** Groups of a value: its text, or the word or number that it is. */
const GROUPS = 2;

/**
 * Reads objects with the same keys in the same order, as an export writes nearly all of its lines, where each value is plain
 * and stays on its line. It reads them as `jsonRecord` does, and ten times as fast: the line is matched as a whole.
 *
 * @param keys each once, and each of the header
 */
export function jsonShape(keys: readonly string[], { columns, width }: JsonHeader): JsonShape {
  const members = keys.map(
    (key) => `${SPACE}${literal(JSON.stringify(key))}${SPACE}:${SPACE}${VALUE}${SPACE}`,
  );
  const pattern = new RegExp(`^${SPACE}\\{${members.join(",")}\\}${SPACE}$`);
  const places = keys.flatMap((key, index) => {
    const column = columns.get(key);
    return column?.isRead === true ? [{ group: 1 + GROUPS * index, index: column.index }] : [];
  });
  const nothing = new Array<string>(width).fill("");
  return (line) => {
    const found = pattern.exec(line);
    if (found === null) return undefined;
    const fields = nothing.slice();
    for (const { group, index } of places) {
      const text = found[group];
      const field = text === undefined ? (found[group + 1] ?? "") : fieldOf(text);
      if (field === undefined) return undefined;
      fields[index] = field;
    }
    return `${fields.join(",")}\n`;
  };
}

/** What stands between the quotes of a text, as a field of CSV; undefined for what has no place in one line. */
function fieldOf(text: string): string | undefined {
  // There is no quote in it, nor a line end.
  if (!text.includes("\\")) return text.includes(",") ? `"${text}"` : text;
  const value = JSON.parse(`"${text}"`) as string;
  return NO_LINE.test(value) || !value.isWellFormed() ? undefined : csvField(value);
}

const NO_LINE = /[\r\n]/;

/** As an expression that matches nothing else. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
