import type { ClientBase } from "pg";
import { onlyRow, sqlFile, type Parameters } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import type { Catalogue, Column, Model } from "./catalogue.ts";
import type { Bound, ModelCheck } from "./check.ts";

/** So many keys of failing rows are shown. */
const EXAMPLES = 5;

/** What was found of a check. */
export interface Finding {
  readonly failures: number;
  readonly observed: string;
}

const STATEMENTS = {
  unique: new URL("./unique.sql", import.meta.url),
  not_null: new URL("./notNull.sql", import.meta.url),
  accepted_values: new URL("./acceptedValues.sql", import.meta.url),
  relationships: new URL("./relationships.sql", import.meta.url),
  range: new URL("./range.sql", import.meta.url),
} as const;

/** Types that a value of a check is compared as. */
const TIMES = ["date", "timestamp with time zone", "timestamp without time zone"];

/**
 * Looks at all rows of a model. Names get into the statement as the catalogue has them, values never do.
 *
 * @throws TillhouseError `config_invalid` when a table, view or column is not there, or is of another type than the check is for
 */
export async function checkModel(
  client: ClientBase,
  check: ModelCheck,
  catalogue: Catalogue,
): Promise<Finding> {
  const model = catalogue.model(check.model, check.place);
  const { identifiers, parameters } = statementFor(check, model, catalogue);
  const statement = sqlFile(STATEMENTS[check.rule.kind], { model: model.name, ...identifiers });
  const found = await statement.run<{ failures: string; examples: readonly string[] }>(client, {
    ...parameters,
    examples: EXAMPLES,
  });
  const { failures, examples } = onlyRow(found);
  const columns = check.rule.kind === "unique" ? check.rule.columns : model.key;
  return {
    failures: Number(failures),
    observed: observedOf(Number(failures), examples, columns, check.rule.kind),
  };
}

function observedOf(
  failures: number,
  examples: readonly string[],
  columns: readonly string[],
  kind: ModelCheck["rule"]["kind"],
): string {
  if (failures === 0) return "none";
  const what = kind === "unique" ? "repeated" : failures === 1 ? "row" : "rows";
  const shown = examples.map((key) => (columns.length > 1 ? `(${key})` : key)).join(", ");
  return `${failures} ${what}: ${columns.join(", ")} ${shown}${failures > examples.length ? ", …" : ""}`;
}

interface Statement {
  readonly identifiers: Readonly<Record<string, string | readonly string[]>>;
  readonly parameters: Parameters;
}

function statementFor({ column, place, rule }: ModelCheck, model: Model, catalogue: Catalogue): Statement {
  const own = (name: string): string => `checked.${catalogue.column(model, name, place).name}`;
  if (rule.kind === "unique") return { identifiers: { columns: rule.columns.map(own) }, parameters: {} };
  const checked = catalogue.column(model, column ?? "", place);
  const identifiers = { column: own(checked.name), key: model.key.map(own) };
  const as = (type: string): Statement["identifiers"] => ({ ...identifiers, type });
  switch (rule.kind) {
    case "not_null":
      return { identifiers, parameters: {} };
    case "accepted_values": {
      const type = checked.category === "N" ? "numeric" : "text";
      const wrong =
        type === "numeric" ? rule.values.find((value) => !Number.isFinite(Number(value))) : undefined;
      if (wrong !== undefined)
        throw otherType(place, model, checked, `numbers, not ${JSON.stringify(wrong)}`);
      return { identifiers: as(type), parameters: { values: rule.values } };
    }
    case "relationships": {
      const to = catalogue.model(rule.to, place);
      const other = catalogue.column(to, rule.column, place);
      if (other.type !== checked.type)
        throw otherType(place, model, checked, `of the type of ${to.name}.${other.name}, ${other.type}`);
      return { identifiers: { ...identifiers, to: to.name, other: other.name }, parameters: {} };
    }
    case "range": {
      const isTime = [rule.min, rule.max].some((bound) => bound instanceof Date);
      const isFor = isTime ? TIMES.includes(checked.type) : checked.category === "N";
      if (!isFor)
        throw otherType(
          place,
          model,
          checked,
          isTime ? "times, for min and max are" : "numbers, for min and max are",
        );
      const text = (bound: Bound | null): string | null =>
        bound instanceof Date ? bound.toISOString() : bound === null ? null : String(bound);
      return {
        identifiers: as(isTime ? "timestamptz" : "numeric"),
        parameters: { min: text(rule.min), max: text(rule.max) },
      };
    }
  }
}

function otherType(place: string, model: Model, { name, type }: Column, wanted: string): TillhouseError {
  const message = `${place}: ${model.name}.${name} is ${type}: its values would have to be ${wanted}`;
  return new TillhouseError("config_invalid", message, { place });
}
