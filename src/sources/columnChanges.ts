import type { ColumnTypes } from "./columnTypes.ts";
import type { Contract } from "./contracts.ts";
import { nearestName } from "./nearestName.ts";
import type { ValueType } from "./typesOfValues.ts";

/** One way in which the columns of a file are not those of the one before. */
export interface ColumnChange {
  /** Its name before, or that of one that was not there. */
  readonly column: string;
  readonly change: "appeared" | "vanished" | "renamed" | "type";
  /** Its type then, as far as that is known; of a renamed one its name. Null of one that was not there. */
  readonly before: string | null;
  /** The same now. */
  readonly after: string | null;
}

/** What the columns of a file are beside those of the last file of its source. */
export interface ComparedColumns {
  readonly changes: readonly ColumnChange[];
  /** The columns with what is known of them by now: what this file does not tell is as it was. */
  readonly known: ColumnTypes;
}

/**
 * Compares the columns of a file with those of the last one of its source. The order of columns is no change, and a type that
 * is not known is no other one.
 *
 * @param now a header without any name of the contract is none, so there is nothing to tell of it
 */
export function compareColumns(contract: Contract, last: ColumnTypes, now: ColumnTypes): ComparedColumns {
  const ofContract = new Set(contract.columns.map(({ name }) => name));
  if (![...now.keys()].some((name) => ofContract.has(name))) return { changes: [], known: now };
  const appeared = [...now.keys()].filter((name) => !last.has(name));
  const changes: ColumnChange[] = [];
  const known = new Map(now);
  for (const [column, before] of last) {
    const after = now.get(column);
    if (after === undefined) {
      const [renamed] = appeared.splice(nearestName(column, appeared) ?? appeared.length, 1);
      changes.push(
        renamed === undefined
          ? { column, change: "vanished", before, after: null }
          : { column, change: "renamed", before: column, after: renamed },
      );
      continue;
    }
    const type = typeByBoth(before, after, ofContract.has(column));
    known.set(column, type === "other" ? after : type);
    if (type === "other") changes.push({ column, change: "type", before, after });
  }
  for (const column of appeared)
    changes.push({ column, change: "appeared", before: null, after: now.get(column) ?? null });
  return { changes, known };
}

const ANY_ORDER: ValueType = "timestamp (day and month)";
const ORDERS: ReadonlySet<ValueType | null> = new Set<ValueType>([
  "timestamp (month/day/year)",
  "timestamp (day/month/year)",
]);

/** What two files tell of a column; `other` where the second contradicts the first. */
function typeByBoth(
  before: ValueType | null,
  after: ValueType | null,
  isOfContract: boolean,
): ValueType | "other" | null {
  if (after === null || after === before) return before;
  if (before === null || (before === ANY_ORDER && ORDERS.has(after))) return after;
  if (after === ANY_ORDER && ORDERS.has(before)) return before;
  // A text that happens to be all numbers in one file is still a text.
  return before === "text" && !isOfContract ? before : "other";
}

/** More changes than these are only counted. */
const MOST_TOLD = 20;

/** Changes for a person, each in a few words. */
export function changesInWords(changes: readonly ColumnChange[]): string[] {
  const words = changes.slice(0, MOST_TOLD).map(inWords);
  const more = changes.length - words.length;
  return more > 0 ? [...words, `and ${more} more`] : words;
}

function inWords({ column, change, before, after }: ColumnChange): string {
  if (change === "appeared") return `appeared: ${column}${after === null ? "" : ` (${after})`}`;
  if (change === "vanished") return `vanished: ${column}`;
  if (change === "renamed") return `renamed: ${column}, now ${after ?? ""}`;
  return `type: ${column}, ${before ?? ""} before, now ${after ?? ""}`;
}
