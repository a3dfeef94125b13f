import { isDeepStrictEqual } from "node:util";
import { decoded } from "./decoded.ts";
import type { Harm } from "./mutation.ts";
import type { Outcome } from "./readAsLoaded.ts";
import { linesIn } from "./strictRecords.ts";
import { encoded, isUtf16, type FileDialect, type RecordPlace, type WrittenFile } from "./writtenFile.ts";

/** A record that harm does not touch, with what it came to before. */
export interface Untouched {
  readonly place: RecordPlace;
  readonly outcome: Outcome | undefined;
  /** On which it must be found. */
  readonly line: number;
}

/** Lines that have an end. */
const endedLines = (bytes: Buffer): number => linesIn(decoded(bytes).toString("latin1")) - 1;

/**
 * The records before and behind the harm: those of which no byte is gone, and into whose lines nothing was put. A line
 * end is its record's, so without it the next record is touched as well.
 *
 * @param outcomesOf what a whole file comes to, record by record
 */
export function untouchedBy(
  file: WrittenFile,
  { start, inserted, end, suffixOf }: Harm,
  bytes: Buffer,
  dialect: FileDialect,
  outcomesOf: (file: WrittenFile) => readonly Outcome[],
): Untouched[] {
  const shift = endedLines(bytes) - suffixOf.lines;
  const joint = Buffer.concat([file.bytes.subarray(0, start), inserted]);
  const isWholeLine = endsLine(joint, file);
  const before = file.places.flatMap((place, index) =>
    place.next <= start && !isUnended(file, place)
      ? [{ place, outcome: outcomesOf(file)[index], line: place.line }]
      : [],
  );
  const isShifted = isUtf16(dialect) && (joint.length - end) % 2 !== 0;
  // Half a character that was changed is a changed character.
  const isInside = isUtf16(dialect) && end % 2 !== 0;
  const from = isShifted ? endOfShift(suffixOf.bytes, end, dialect) : isInside ? end + 1 : end;
  const behind = suffixOf.places.flatMap((place, index) =>
    place.start > from || (place.start === from && (isShifted || (isWholeLine && !isInside)))
      ? [{ place, outcome: outcomesOf(suffixOf)[index], line: place.line + shift }]
      : [],
  );
  return [...before, ...behind];
}

/**
 * UTF-16 that is read half a character off is so up to the next LF that can be told for one: with a Latin letter next to
 * it, before it in little-endian files, else behind it.
 */
function endOfShift(bytes: Buffer, from: number, dialect: FileDialect): number {
  const isLittle = dialect.encoding === "utf-16le";
  const lf = encoded("\n", dialect);
  for (let at = from + (from % 2) + (isLittle ? 2 : 0); at + 1 < bytes.length; at += 2) {
    const nextTo = isLittle ? bytes[at - 1] : bytes[at + 2];
    if (bytes[at] === lf[0] && bytes[at + 1] === lf[1] && nextTo === 0) return at + 2;
  }
  return bytes.length;
}

const isUnended = (file: WrittenFile, { next }: RecordPlace): boolean =>
  next === file.bytes.length && !endsLine(file.bytes, file);

function endsLine(bytes: Buffer, { bytes: all }: WrittenFile): boolean {
  const mark = decoded(Buffer.concat([all.subarray(0, 2), bytes.subarray(2)])).at(-1);
  return mark === 0x0a || mark === 0x0d;
}

/** Of the untouched records, those whose outcome is not what it was. */
export function lossesAmong(untouched: readonly Untouched[], outcomes: readonly Outcome[]): Untouched[] {
  const byLine = new Map(outcomes.map((outcome) => [outcome.line, outcome]));
  return untouched.filter(({ outcome, line }) => {
    const now = byLine.get(line);
    // What is in doubt is rejected line by line, so that nobody has to guess, and counted by `doubtedAmong`.
    if (now !== undefined && "rejected" in now && now.rejected === "record_in_quotes") return false;
    return !isDeepStrictEqual(now, outcome && { ...outcome, line });
  });
}

/** Untouched records of which lines are in doubt now, as `record_in_quotes`, and were not before. */
export function doubtedAmong(untouched: readonly Untouched[], outcomes: readonly Outcome[]): Untouched[] {
  const isInDoubt = (outcome: Outcome | undefined): boolean =>
    outcome !== undefined && "rejected" in outcome && outcome.rejected === "record_in_quotes";
  const lines = new Set(outcomes.filter(isInDoubt).map(({ line }) => line));
  return untouched.filter(({ line, outcome }) => lines.has(line) && !isInDoubt(outcome));
}

/**
 * What harm may bring into doubt, at most: the records from it on up to the next quote, which may close what it has left open.
 * Quotes two by two are text, and close nothing.
 *
 * @returns the first records behind the harm: those without any quote that closes, and one more
 */
export function withinDoubt(harm: Harm, untouched: readonly Untouched[]): Untouched[] {
  const behind = untouched.filter(
    ({ place }) => harm.suffixOf.places.includes(place) && place.start >= harm.end,
  );
  const closing = behind.findIndex(({ place: { start, next } }) =>
    harm.suffixOf.bytes.subarray(start, next).toString("latin1").replaceAll('""', "").includes('"'),
  );
  return closing === -1 ? behind : behind.slice(0, closing + 1);
}

/** Whether there is a quote in what was put in, or in a record that was touched. */
export function isAboutQuotes(
  file: WrittenFile,
  { inserted, suffixOf }: Harm,
  untouched: readonly Untouched[],
): boolean {
  const kept = new Set(untouched.map(({ place }) => place));
  const touched = [file, suffixOf].flatMap(({ bytes, places }) =>
    places.filter((place) => !kept.has(place)).map(({ start, next }) => bytes.subarray(start, next)),
  );
  return [inserted, ...touched].some((bytes) => bytes.includes(QUOTE));
}

const QUOTE = '"'.charCodeAt(0);
