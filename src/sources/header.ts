import { CONTRACTS, SOURCES, type ColumnType, type Contract, type SourceName } from "./contracts.ts";
import { shapeOf } from "./maskCards.ts";
import { nearestName } from "./nearestName.ts";

/** Where each column of a contract stands in a file's records. */
export interface BoundColumns {
  /** Fields of a record. */
  readonly fieldCount: number;
  /** Index of a contract's column in the record, by name; absent optional columns are not among them. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Header names that the contract does not know; they are not read. */
  readonly extra: readonly string[];
}

/** `" Product-Name "` and `PRODUCT NAME` are `product_name`. */
export function normaliseColumnName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "_");
}

/** Finds the contract's columns in a header, or says in one sentence why the file cannot be read. */
export function bindColumns(
  contract: Contract,
  header: readonly string[],
): BoundColumns | { refusal: string } {
  const indexOf = new Map<string, number>();
  const extra: string[] = [];
  const known = new Set(contract.columns.map((column) => column.name));
  for (const [index, raw] of header.entries()) {
    const name = normaliseColumnName(raw);
    if (!known.has(name)) {
      extra.push(raw);
      continue;
    }
    const before = indexOf.get(name);
    if (before !== undefined) {
      const written = shownNames([header[before] ?? "", raw]).join(" and ");
      return { refusal: `the column ${name} stands twice in the header, written ${written}` };
    }
    indexOf.set(name, index);
  }
  const missing = contract.columns.filter((column) => column.required && !indexOf.has(column.name));
  if (missing.length > 0) {
    const names = missing.map((column) => column.name);
    return {
      refusal:
        `a ${contract.source} file needs the columns ${names.join(", ")}${nearestOf(names, extra)}; ` +
        `the header has ${shownNames(header).join(", ")}`,
    };
  }
  return { fieldCount: header.length, indexOf, extra };
}

/** For each column that is missing, the name that it may have been meant by. */
function nearestOf(missing: readonly string[], extra: readonly string[]): string {
  const names = extra.map(normaliseColumnName);
  const meant = missing.flatMap((column) => {
    const index = nearestName(column, names);
    return index === undefined ? [] : [`to ${column} is ${shownNames([extra[index] ?? ""]).join("")}`];
  });
  return meant.length === 0 ? "" : `; nearest ${meant.join(", ")}`;
}

const SHOWN_NAMES = 30;
const SHOWN_LENGTH = 40;

/** A header name for messages and for the ledger, not too long. It may be a value of a record: no digit of it is shown. */
export function shownName(name: string): string {
  // By characters: half of a surrogate pair is no text that jsonb would take.
  const short = Array.from(name.trim()).slice(0, SHOWN_LENGTH).join("");
  return shapeOf(short).replace(/\p{Cc}/gu, "\u2423") || "(no name)";
}

/**
 * Header names for messages and for the ledger, few and short. A file without a header begins with a record: no digit
 * of it is shown.
 */
export function shownNames(header: readonly string[]): string[] {
  const shown = header.slice(0, SHOWN_NAMES).map(shownName);
  const more = header.length - shown.length;
  const last = shown.pop();
  if (last !== undefined) shown.push(more > 0 ? `${last} and ${more} more` : last);
  return shown;
}

/** The source whose required columns a header has, if exactly one fits. */
export function sourceOfHeader(header: readonly string[]): SourceName | undefined {
  const fitting = sourcesOfHeader(header);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** What the columns hold that are read of a file with such a header, by their names in its contract. */
export function columnTypes(header: readonly string[]): ReadonlyMap<string, ColumnType> {
  const contracts = sourcesOfHeader(header).map((source) => CONTRACTS[source]);
  return new Map(contracts.flatMap(({ columns }) => columns.map(({ name, type }) => [name, type] as const)));
}

/** The sources whose required columns a header has. */
export function sourcesOfHeader(header: readonly string[]): SourceName[] {
  const names = new Set(header.map(normaliseColumnName));
  return SOURCES.filter((source) =>
    CONTRACTS[source].columns.every((column) => !column.required || names.has(column.name)),
  );
}
