import type { Source } from "../generated/enums.ts";

/** What there is in the database, what it means, and what comes from where: for the documents and for the page. */
export interface Model {
  /** Every table and view, in the order of prisma/schema.prisma. */
  readonly tables: readonly ModelTable[];
  readonly enumerations: readonly Enumeration[];
  /** Each step from a file to a view, once. */
  readonly lineage: readonly LineageStep[];
}

/** What a table is there for: of the star, beside it, kept about the work on it, or asked. */
export type TableKind = "fact" | "dimension" | "history" | "rollup" | "view" | "operations";

/** A table or view by its name in the database. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export interface ModelTable extends TableName {
  readonly kind: TableKind;
  /** Its grain and what it is for, in Markdown. */
  readonly description: string;
  readonly columns: readonly ModelColumn[];
  /** Columns that tell its rows apart, in the order of its key: the primary key of a table, what a view promises. */
  readonly key: readonly string[];
  readonly references: readonly Reference[];
}

export interface ModelColumn {
  readonly name: string;
  /** As PostgreSQL takes it, such as `numeric(18,2)` or `timestamptz`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** Whether it tells rows apart by itself, beside the key. */
  readonly isUnique: boolean;
  /** What it means, in Markdown. */
  readonly description: string;
}

/** A foreign key. */
export interface Reference {
  readonly columns: readonly string[];
  readonly to: TableName;
  /** As many, in the same order. */
  readonly toColumns: readonly string[];
  /** Whether a row may refer to nothing. */
  readonly isOptional: boolean;
}

/** A type of PostgreSQL's with all of its values. */
export interface Enumeration extends TableName {
  readonly description: string;
  readonly values: readonly { readonly name: string; readonly description: string }[];
}

/** Where rows are: in a kind of file, in a table, or in a view. */
export type Place =
  ({ readonly kind: "table" } & TableName) | { readonly kind: "file"; readonly name: Source };

/** What is in `from` goes into `to`, or is read by it. */
export interface LineageStep {
  readonly from: Place;
  readonly to: Place;
}

/** What a column refers to: nothing, mostly, and sometimes more than one. */
export function referencesOf(table: ModelTable, column: string): { to: TableName; column: string }[] {
  return table.references.flatMap(({ columns, to, toColumns }) => {
    const toColumn = toColumns[columns.indexOf(column)];
    return toColumn === undefined ? [] : [{ to, column: toColumn }];
  });
}

/** What a table is made from, and what is made from it, or reads it. */
export function neighboursOf(
  { schema, name }: TableName,
  lineage: readonly LineageStep[],
): { from: Place[]; into: Place[] } {
  const isIt = (place: Place): boolean =>
    place.kind === "table" && place.schema === schema && place.name === name;
  return {
    from: lineage.filter(({ to }) => isIt(to)).map(({ from }) => from),
    into: lineage.filter(({ from }) => isIt(from)).map(({ to }) => to),
  };
}
