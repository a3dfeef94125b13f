import { CONTRACTS, type ColumnType, type SourceName } from "../../../src/sources/contracts.ts";
import type { Reason } from "../../../src/sources/reasons.ts";
import type { ReadValues } from "./collectingBatch.ts";
import type { StrictPiece, StrictText } from "./strictRecords.ts";

/** What a record must come to: its values, or one of the reasons that fit. */
export type Expected =
  | { readonly line: number; readonly accepted: ReadValues }
  | { readonly line: number; readonly rejected: readonly Reason[] };

/** Stands for a field that cannot be read. */
const WRONG = Symbol("wrong");
type Value = string | number | null | typeof WRONG;

const REASONS_OF: Readonly<Record<ColumnType, readonly Reason[]>> = {
  id: ["missing_value", "bad_whole_number", "card_like_value", "out_of_range"],
  whole_number: ["missing_value", "bad_whole_number", "out_of_range"],
  sku: ["missing_value", "nul_byte", "too_long", "card_like_value"],
  text: ["too_long", "nul_byte"],
  amount: ["missing_value", "bad_amount", "card_like_value"],
  status: ["missing_value", "unknown_status"],
  timestamp: ["missing_value", "bad_timestamp", "day_first", "year_out_of_range"],
  card_number: [],
  discarded: [],
};

const nameOf = (written: string): string =>
  written
    .trim()
    .toLowerCase()
    .split(/[\s_-]+/)
    .join("_");

/** Where the columns stand; null where one that must be there is not, or one stands twice. */
export function strictColumns(source: SourceName, header: StrictText["header"]): Map<string, number> | null {
  const places = new Map<string, number>();
  for (const { name, required } of CONTRACTS[source].columns) {
    const found = (header ?? []).flatMap((written, place) => (nameOf(written) === name ? [place] : []));
    const [place] = found;
    if (found.length > 1 || (place === undefined && required)) return null;
    if (place !== undefined) places.set(name, place);
  }
  return places;
}

/** What a file must come to, or null where its header must be refused. In UTC, months before days. */
export function strictOutcomes(source: SourceName, { header, pieces }: StrictText): Expected[] | null {
  const columns = strictColumns(source, header);
  if (header === null || columns === null) return null;
  return pieces.map((piece) => expectedOf(source, piece, header.length, columns));
}

function expectedOf(
  source: SourceName,
  { line, fields, wrong, isUnended, lastCharacter }: StrictPiece,
  width: number,
  columns: Map<string, number>,
): Expected {
  if (wrong === "a record in quotes") return { line, rejected: ["record_in_quotes"] };
  if (wrong === "quotes") return { line, rejected: ["stray_quote", "unclosed_quote"] };
  if (fields === null) return { line, rejected: ["invalid_encoding"] };
  if (fields.length !== width) return { line, rejected: ["column_count"] };
  if (isUnended && columns.get("id") === width - 1 && lastCharacter !== '"')
    return { line, rejected: ["unterminated_id"] };
  const accepted: Record<string, string | number | null> = {};
  const reasons: Reason[] = [];
  for (const { name, type } of CONTRACTS[source].columns) {
    const place = columns.get(name);
    const value = READ[type]((place === undefined ? "" : (fields[place] ?? "")).trim());
    if (value === WRONG) reasons.push(...REASONS_OF[type]);
    else if (type !== "discarded") accepted[name] = value;
  }
  return reasons.length > 0 ? { line, rejected: reasons } : { line, accepted };
}

const digitsIn = (text: string): number => text.match(/\p{N}/gu)?.length ?? 0;

const whole = (text: string): number | typeof WRONG =>
  /^\+?[0-9]+(\.0*)?$/.test(text) ? Number(text.replace(/\..*/, "")) : WRONG;

const READ: Readonly<Record<ColumnType, (text: string) => Value>> = {
  id: (text) => {
    const id = whole(text);
    return id === WRONG || id < 1 || id > 99_999_999_999_999 ? WRONG : id;
  },
  whole_number: (text) => {
    const number = whole(text);
    return number === WRONG || number > 2 ** 31 - 1 ? WRONG : number;
  },
  sku: (text) => {
    const sku = text.replace(/^([0-9]+)\.0+$/, "$1");
    return text === "" || text.includes("\0") || text.length > 64 || digitsIn(sku) > 14 ? WRONG : sku;
  },
  text: (text) => (text.length > 1_000 || text.includes("\0") ? WRONG : withoutCards(text)),
  amount: (text) => {
    const [, units = "", cents = ""] = /^([0-9]+)(?:\.([0-9]{1,2})0*)?$/.exec(text) ?? [];
    const sum = units.replace(/^0+(?=[0-9])/, "");
    return sum === "" || sum.length > 11 ? WRONG : `${sum}.${cents.padEnd(2, "0")}`;
  },
  status: (text) => (/^(accepted|refused|cancelled)$/i.test(text) ? text.toLowerCase() : WRONG),
  timestamp: (text) => timeOf(text),
  card_number: (text) => {
    const digits = text.normalize("NFKC").replace(/[\s\p{Pd}\p{Cf}\u2212]/gu, "");
    return text.length <= 200 && /^[0-9]{12,19}$/.test(digits) ? digits.slice(-4) : null;
  },
  discarded: () => null,
};

/** A text that may hold a card is masked; by which rules, other tests say. */
export function withoutCards(text: string): string {
  return digitsIn(text.replaceAll("*", "0")) < 12 ? text : text.replace(/[\p{N}*]/gu, "#");
}

const ZONE = /^(?:z|([+-])([0-9]{2})(?::?([0-9]{2}))?)$/i;

function timeOf(text: string): number | typeof WRONG {
  const american = /^([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{4})[ T](.*)$/s.exec(text);
  const iso = /^([0-9]{4})-([0-9]{2})-([0-9]{2})[ T](.*)$/s.exec(text);
  const day = american
    ? { year: american[4], month: american[1], date: american[3], clock: american[5] }
    : { year: iso?.[1], month: iso?.[2], date: iso?.[3], clock: iso?.[4] };
  const clock = /^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:([.,])([0-9]{1,9}))?)?(.*)$/s.exec(day.clock ?? "");
  if (clock === null) return WRONG;
  const [, hour, minute, second = "0", mark, fraction = "", rest = ""] = clock;
  if (american && (mark === "," || rest !== "")) return WRONG;
  const zone = ZONE.exec(rest.replace(/^\s/, ""));
  if (rest !== "" && zone === null) return WRONG;
  const micros = fraction.padEnd(9, "0");
  if (!micros.endsWith("000")) return WRONG;
  const at = [day.year, day.month, day.date, hour, minute, second].map(Number);
  const [year = 0, month = 0, date = 0, h = 0, m = 0, s = 0] = at;
  const wall = new Date(Date.UTC(year, month - 1, date, h, m, s));
  const told = [wall.getUTCFullYear(), wall.getUTCMonth() + 1, wall.getUTCDate()];
  const clockTold = [wall.getUTCHours(), wall.getUTCMinutes(), wall.getUTCSeconds()];
  // A date that does not exist, or a minute 60, becomes another one.
  if ([...told, ...clockTold].some((part, index) => part !== at[index])) return WRONG;
  const east = Number(zone?.[2] ?? 0) * 60 + Number(zone?.[3] ?? 0);
  if (Number(zone?.[2] ?? 0) > 14 || Number(zone?.[3] ?? 0) > 59) return WRONG;
  const instant = new Date(wall.getTime() - (zone?.[1] === "-" ? -east : east) * 60_000);
  const years = [year, instant.getUTCFullYear()];
  if (years.some((one) => one < 1970 || one > 2100)) return WRONG;
  return instant.getTime() * 1000 + Number(micros.slice(0, 6));
}
