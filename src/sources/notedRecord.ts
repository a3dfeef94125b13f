import { isReason, type Rejection } from "./reasons.ts";

/**
 * A record of a form that CSV cannot hold on one line of the text: its fields have line ends in them, or it is to be
 * rejected for what CSV has no way to be. It stands as a note on a line of its own, so that lines stay those of the file.
 */
export type NotedRecord =
  | { readonly fields: readonly string[] }
  | {
      readonly rejected: Rejection;
      /** Its beginning, for a redacted note of it. */
      readonly text: string;
    };

/** Begins a note. The byte is in no UTF-8 text, so no other record of valid text is taken for one. */
const MARK = 0xff;
/** Stands for each quote, so that framing finds none; JSON writes this character itself in another way. */
const QUOTE = "\u0001";
/** Nothing longer is kept of what is rejected. */
const SHOWN_CHARACTERS = 250;

/** The line of a note, without its end. */
export function noteOf(record: NotedRecord): Buffer {
  const noted = "fields" in record ? record : { ...record, text: record.text.slice(0, SHOWN_CHARACTERS) };
  return Buffer.concat([Buffer.of(MARK), Buffer.from(JSON.stringify(noted).replaceAll('"', QUOTE))]);
}

/** What is noted in a record; undefined where it is no note. A CSV file that holds one says nothing it could not say plainly. */
export function notedRecord(bytes: Buffer, start: number, end: number): NotedRecord | undefined {
  if (bytes[start] !== MARK) return undefined;
  try {
    const noted: unknown = JSON.parse(bytes.toString("utf8", start + 1, end).replaceAll(QUOTE, '"'));
    return isNoted(noted) ? noted : undefined;
  } catch {
    // Any line of a CSV file may begin with that byte.
    return undefined;
  }
}

function isNoted(noted: unknown): noted is NotedRecord {
  const { fields, rejected, text } = Object(noted) as Record<string, unknown>;
  if (Array.isArray(fields)) return fields.every((field) => typeof field === "string");
  const { reason, column } = Object(rejected) as Record<string, unknown>;
  return typeof text === "string" && isReason(reason) && (column === null || typeof column === "string");
}
