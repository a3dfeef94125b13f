import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { meantOrAll } from "../../sources/nearestName.ts";
import { isOfCards } from "./declaration.ts";

const columnsOfModels = sqlFile(new URL("./columnsOfModels.sql", import.meta.url));

/** A column as the database has it. */
export interface Column {
  readonly name: string;
  /** As PostgreSQL calls it, without its precision. */
  readonly type: string;
  /** As `pg_type.typcategory`: N for numbers, D for times, … */
  readonly category: string;
}

/** A table or view that is there. */
export interface Model {
  /** With its schema. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns by which a row is told: of the primary key, else the first; none of cards. */
  readonly key: readonly string[];
}

/** The tables and views that checks may be about, as the database itself has them: no other name gets into a statement. */
export interface Catalogue {
  /** @throws TillhouseError `config_invalid` */
  readonly model: (name: string, place: string) => Model;
  /** @throws TillhouseError `config_invalid` */
  readonly column: (model: Model, name: string, place: string) => Column;
}

interface ColumnRow extends Column {
  readonly model: string;
  readonly key_place: number | null;
}

/** Reads which tables, views and columns there are. */
export async function readCatalogue(client: ClientBase): Promise<Catalogue> {
  const { rows } = await columnsOfModels.run<ColumnRow & Record<string, unknown>>(client);
  const columnsOf = new Map<string, ColumnRow[]>();
  for (const row of rows) columnsOf.set(row.model, [...(columnsOf.get(row.model) ?? []), row]);
  const models = [...columnsOf].map(([name, columns]): Model => ({ name, columns, key: keyOf(columns) }));
  return {
    model: (name, place) => {
      const found = models.filter(({ name: full }) => full === name || full.endsWith(`.${name}`));
      if (found[0] !== undefined && found.length === 1) return found[0];
      const full = found.map((model) => model.name);
      const known = models.map(({ name: all }) => (name.includes(".") ? all : afterDot(all)));
      throw notThere(
        `there is no table or view ${name}`,
        full.length > 1 ? `say ${full.join(" or ")}` : meantOrAll(name, known),
        place,
      );
    },
    column: (model, name, place) => {
      const found = model.columns.find((column) => column.name === name);
      if (found !== undefined) return found;
      const names = model.columns.map((column) => column.name);
      throw notThere(`${model.name} has no column ${name}`, meantOrAll(name, names), place);
    },
  };
}

function keyOf(columns: readonly ColumnRow[]): readonly string[] {
  const shown = columns.filter(({ name }) => !isOfCards(name));
  const key = shown
    .filter(({ key_place: place }) => place !== null)
    .sort((left, right) => (left.key_place ?? 0) - (right.key_place ?? 0));
  return (key.length > 0 ? key : shown.slice(0, 1)).map(({ name }) => name);
}

const afterDot = (name: string): string => name.slice(name.indexOf(".") + 1);

function notThere(what: string, instead: string, place: string): TillhouseError {
  return new TillhouseError("config_invalid", `${place}: ${what}: ${instead}`, { place });
}
