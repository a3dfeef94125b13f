import type { BoundColumns } from "../sources/header.ts";
import { predicateOf, type Holds, type RecordCheck, type RecordValue } from "../sources/recordChecks.ts";

/** What came of a check over the records of a chunk. */
export interface CheckedRecords {
  readonly check: RecordCheck;
  /** Those that fail it. */
  readonly records: number;
  /** Line of the first of them; 0 where there is none. */
  readonly firstLine: number;
}

/** Judges a record that could be read. */
export type Judge<T> = (record: T, line: number) => void;

interface PlacedPredicate {
  readonly holds: Holds;
  readonly place: number;
}

/** Counts the records of one chunk after another that fail the checks of their source. */
export class RecordTally {
  readonly #checks: readonly RecordCheck[];
  readonly #records: number[];
  readonly #firstLines: number[];

  constructor(checks: readonly RecordCheck[]) {
    this.#checks = checks;
    this.#records = checks.map(() => 0);
    this.#firstLines = checks.map(() => 0);
  }

  /**
   * Puts the checks' predicates together, once a file.
   *
   * @param readers how to read the value of each column
   * @returns undefined where every record that can be read passes all checks: nothing is to be asked of any
   */
  judgeOf<T>(readers: Readonly<Record<string, (record: T) => RecordValue>>): Judge<T> | undefined {
    // By column, so that each value is read once.
    const asked = new Map<string, { read: (record: T) => RecordValue; checks: PlacedPredicate[] }>();
    for (const [place, check] of this.#checks.entries()) {
      const holds = predicateOf(check);
      if (holds === undefined) continue;
      const { column, source } = check;
      const read = readers[column];
      if (read === undefined) throw new Error(`no value of ${source}.${column} can be read`);
      const ofColumn = asked.get(column) ?? { read, checks: [] };
      ofColumn.checks.push({ holds, place });
      asked.set(column, ofColumn);
    }
    if (asked.size === 0) return undefined;
    const columns = [...asked.values()];
    return (record, line) => {
      for (const { read, checks } of columns) {
        const value = read(record);
        for (const { holds, place } of checks) if (!holds(value)) this.#count(place, line);
      }
    };
  }

  /** A record that could not be read: of it only this is known, whether it has nothing where there must be something. */
  countMissing(fields: readonly string[], columns: BoundColumns, line: number): void {
    for (const [place, { column, rule }] of this.#checks.entries()) {
      const index = columns.indexOf.get(column);
      if (rule.kind === "not_null" && index !== undefined && fields[index]?.trim() === "")
        this.#count(place, line);
    }
  }

  /** All checks, with the records that failed them since the last `clear`. */
  results(): readonly CheckedRecords[] {
    return this.#checks.map((check, place) => ({
      check,
      records: this.#records[place] ?? 0,
      firstLine: this.#firstLines[place] ?? 0,
    }));
  }

  clear(): void {
    this.#records.fill(0);
    this.#firstLines.fill(0);
  }

  #count(place: number, line: number): void {
    const before = this.#records[place] ?? 0;
    const first = this.#firstLines[place] ?? 0;
    this.#records[place] = before + 1;
    this.#firstLines[place] = before === 0 ? line : Math.min(first, line);
  }
}
