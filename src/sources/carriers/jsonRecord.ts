import { parse } from "lossless-json";
import type { ColumnType } from "../contracts.ts";
import { columnTypes, normaliseColumnName } from "../header.ts";
import type { NotedRecord } from "../notedRecord.ts";
import type { Reason } from "../reasons.ts";
import { wholeNumberText } from "./jsonNumber.ts";

/** A header that is made of keys. */
export interface JsonHeader {
  readonly columns: ReadonlyMap<string, JsonColumn>;
  readonly width: number;
  /** What the columns hold that are read of a file with such a header, by their names in its contract. */
  readonly types: ReadonlyMap<string, ColumnType>;
}

/** A key of the header, and what becomes of its values. */
interface JsonColumn {
  readonly index: number;
  /** Whether anybody reads it; if not, its values are left out. */
  readonly isRead: boolean;
  /** Whether a number with an exponent is to be written in digits: it is an id or the like. */
  readonly isWhole: boolean;
}

export function jsonHeader(keys: readonly string[]): JsonHeader {
  const types = columnTypes(keys);
  const columnOf = (key: string, index: number): JsonColumn => {
    const type = types.get(normaliseColumnName(key));
    return { index, isRead: type !== undefined, isWhole: type !== undefined && WHOLE_NUMBERS.has(type) };
  };
  return {
    columns: new Map(keys.map((key, index) => [key, columnOf(key, index)])),
    width: keys.length,
    types,
  };
}

const WHOLE_NUMBERS: ReadonlySet<ColumnType> = new Set(["id", "whole_number", "sku"]);

/** A number as it is written, not as what a double makes of it. */
class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

class Repeated extends Error {
  readonly key: string;

  constructor(key: string) {
    super("a name stands twice");
    this.key = key;
  }
}

/** What the object on a line is as a record, whatever the line holds: its fields, or why it has none. */
export function jsonRecord(line: string, { columns, width, types }: JsonHeader): NotedRecord {
  const rejected = (reason: Reason, column: string | null = null): NotedRecord => ({
    rejected: { reason, column },
    text: line,
  });
  let object: unknown;
  try {
    object = parse(line, undefined, {
      parseNumber: (text) => new JsonNumber(text),
      onDuplicateKey: ({ key }) => {
        throw new Repeated(key);
      },
    });
  } catch (error) {
    // Its message would hold what stands there; nesting may be too deep for it as well.
    if (!(error instanceof Repeated)) return rejected("no_json_object");
    const name = normaliseColumnName(error.key);
    return rejected("repeated_field", types.has(name) ? name : null);
  }
  if (typeof object !== "object" || object === null || Array.isArray(object) || object instanceof JsonNumber)
    return rejected("no_json_object");
  const fields = new Array<string>(width).fill("");
  for (const [key, value] of Object.entries(object)) {
    const name = normaliseColumnName(key);
    if (value === null || !types.has(name)) continue;
    const column = columns.get(key);
    if (column === undefined) return rejected("late_field", name);
    if (typeof value === "object" && !(value instanceof JsonNumber)) return rejected("nested_value", name);
    const text = value instanceof JsonNumber ? numberText(value.text, column) : String(value);
    // Half of a surrogate pair, written as an escape, is no character.
    if (!text.isWellFormed()) return rejected("invalid_encoding", name);
    fields[column.index] = text;
  }
  return { fields };
}

function numberText(text: string, { isWhole }: JsonColumn): string {
  return isWhole ? wholeNumberText(text) : text;
}
