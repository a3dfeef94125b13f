import type { ModelCheck } from "./check.ts";
import type { ChecksFile } from "./checksFile.ts";
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

type Model = ChecksFile["models"][number];
type ColumnItem = Model["columns"][number]["checks"][number];
type Declared = Unplaced<ModelCheck>;

/** The checks of a model as it is declared. */
export function modelChecksOf(model: Model, at: Path, problem: Problem): readonly Declared[] {
  const { name, checks, columns } = model;
  const refuseCards = (column: string, path: Path): void => {
    if (isOfCards(column)) throw problem(path, `${name}.${column} ${CARDS_REFUSED}`);
  };
  const ofModel = checks.flatMap(({ unique }, index) => {
    const path = [...at, "checks", index];
    if (unique === undefined) return [];
    for (const column of unique.columns) refuseCards(column, path);
    const together = unique.columns.join("_");
    return [
      {
        ...placed(unique, `${name}.${together}.unique`, path),
        ...{ on: "model" as const, model: name, column: unique.columns.length === 1 ? together : null },
        rule: { kind: "unique" as const, columns: unique.columns },
        expected: `no two rows with the same ${unique.columns.join(", ")}`,
      },
    ];
  });
  const ofColumns = columns.flatMap((column, index) => {
    const path = [...at, "columns", index];
    refuseCards(column.name, [...path, "name"]);
    return column.checks.map((item, place) =>
      columnCheck(name, column.name, item, [...path, "checks", place], problem),
    );
  });
  return [...ofModel, ...ofColumns];
}

function columnCheck(
  model: string,
  column: string,
  item: ColumnItem,
  path: Path,
  problem: Problem,
): Declared {
  const about = { on: "model" as const, model, column };
  const { unique, not_null: notNull, accepted_values: accepted, range, relationships } = item;
  const check = (
    given: Parameters<typeof placed>[0],
    rule: ModelCheck["rule"],
    expected: string,
  ): Declared => ({ ...placed(given, `${model}.${column}.${rule.kind}`, path), ...about, rule, expected });

  if (unique !== undefined) return check(unique, { kind: "unique", columns: [column] }, "no value twice");
  if (notNull !== undefined) return check(notNull, { kind: "not_null" }, "never null");
  if (accepted !== undefined) {
    const { values } = accepted;
    return check(accepted, { kind: "accepted_values", values }, valuesText(values));
  }
  if (range !== undefined) {
    const { min = null, max = null } = range;
    return check(range, { kind: "range", min, max }, rangeText(range.min, range.max));
  }
  if (relationships === undefined) throw problem(path, "must be one check");
  const { to, column: other } = relationships;
  if (isOfCards(other)) throw problem(path, `${to}.${other} ${CARDS_REFUSED}`);
  return check(relationships, { kind: "relationships", to, column: other }, `found in ${to}.${other}`);
}
