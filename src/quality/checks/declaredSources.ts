import { CONTRACTS, type ColumnContract, type SourceName } from "../../sources/contracts.ts";
import { meantOrAll } from "../../sources/nearestName.ts";
import { RULES_OF_TYPE, type RecordRule } from "../../sources/recordChecks.ts";
import type { Bound, DeclaredRecordCheck, LoadsCheck } from "./check.ts";
import type { ChecksFile } from "./checksFile.ts";
import { durationText } from "./durationText.ts";
import {
  CARDS_REFUSED,
  isOfCards,
  placed,
  rangeText,
  valuesText,
  type Path,
  type Problem,
  type Unplaced,
} from "./declaration.ts";

type Source = ChecksFile["sources"][number];
type ColumnItem = Source["columns"][number]["checks"][number];
type RecordCheckOf = Unplaced<DeclaredRecordCheck>;

/** The checks of a source as it is declared: of its records, and of what its loads bring. */
export function sourceChecksOf(
  source: Source,
  at: Path,
  problem: Problem,
): readonly (RecordCheckOf | Unplaced<LoadsCheck>)[] {
  const ofRecords = source.columns.flatMap((column, index) => {
    const path = [...at, "columns", index];
    const contract = contractOf(source.name, column.name, [...path, "name"], problem);
    return column.checks.map((item, place) =>
      recordCheck(source.name, contract, item, [...path, "checks", place], problem),
    );
  });
  return [...ofRecords, ...loadsChecks(source, at)];
}

/** Only columns of the contract, but for those of cards. */
function contractOf(source: SourceName, column: string, path: Path, problem: Problem): ColumnContract {
  if (isOfCards(column)) throw problem(path, `${source}.${column} ${CARDS_REFUSED}`);
  const { columns } = CONTRACTS[source];
  const found = columns.find(({ name }) => name === column);
  if (found !== undefined) return found;
  const names = columns.map(({ name }) => name).filter((name) => !isOfCards(name));
  throw problem(path, `${source} have no column ${column}: ${meantOrAll(column, names)}`);
}

function recordCheck(
  source: SourceName,
  { name: column, type }: ColumnContract,
  item: ColumnItem,
  path: Path,
  problem: Problem,
): RecordCheckOf {
  const check = (given: Parameters<typeof placed>[0], rule: RecordRule, expected: string): RecordCheckOf => {
    if (!RULES_OF_TYPE[type].includes(rule.kind))
      throw problem(
        path,
        `${source}.${column} is a ${type}, of which ${rule.kind} says nothing: there are ${RULES_OF_TYPE[type].join(", ")}`,
      );
    const generated = `${source}.${column}.${rule.kind}`;
    return { ...placed(given, generated, path), on: "records", source, column, rule, expected };
  };
  const { not_null: notNull, accepted_values: accepted, range } = item;
  if (notNull !== undefined) return check(notNull, { kind: "not_null" }, "never empty");
  if (accepted !== undefined) {
    const { values } = accepted;
    const wrong = isNumeric(type) ? values.find((value) => !Number.isFinite(Number(value))) : undefined;
    if (wrong !== undefined)
      throw problem(
        path,
        `${source}.${column} is a ${type}: its values must be numbers, not ${JSON.stringify(wrong)}`,
      );
    return check(accepted, { kind: "accepted_values", values }, valuesText(values));
  }
  if (range === undefined) throw problem(path, "must be one check");
  const bound = (given: Bound | undefined): number | null => {
    if (given === undefined) return null;
    const isTime = given instanceof Date;
    if (isTime === (type === "timestamp")) return isTime ? given.getTime() : given;
    const wanted = type === "timestamp" ? "times, such as 2020-01-31" : "numbers";
    throw problem(path, `${source}.${column} is a ${type}: min and max must be ${wanted}`);
  };
  const rule: RecordRule = { kind: "range", min: bound(range.min), max: bound(range.max) };
  return check(range, rule, rangeText(range.min, range.max));
}

const isNumeric = (type: ColumnContract["type"]): boolean => RULES_OF_TYPE[type].includes("range");

function loadsChecks(
  { name: source, row_count: rowCount, freshness }: Source,
  at: Path,
): Unplaced<LoadsCheck>[] {
  const checks: Unplaced<LoadsCheck>[] = [];
  if (rowCount !== undefined) {
    checks.push({
      ...placed(rowCount, `${source}.row_count`, [...at, "row_count"]),
      ...{ on: "loads", source, rule: { kind: "row_count" } },
      expected: "a quarter at least of the median of the loads before",
    });
  }
  if (freshness !== undefined) {
    const { warn_after: warnAfterMs = null, error_after: errorAfterMs = null } = freshness;
    const bounds = [
      warnAfterMs === null ? [] : `warn after ${durationText(warnAfterMs)}`,
      errorAfterMs === null ? [] : `error after ${durationText(errorAfterMs)}`,
    ].flat();
    checks.push({
      ...placed(freshness, `${source}.freshness`, [...at, "freshness"]),
      ...{ on: "loads", source, rule: { kind: "freshness", warnAfterMs, errorAfterMs } },
      expected: `something new: ${bounds.join(", ")}`,
    });
  }
  return checks;
}
