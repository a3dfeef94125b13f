import { readFileSync } from "node:fs";
import type { ClientBase, Pool, QueryArrayConfig, QueryConfig, QueryResult, QueryResultRow } from "pg";
import { isDistributed } from "./distribution/distributedSessions.ts";

/** Values for the named parameters of a statement. */
export type Parameters = Readonly<
  Record<
    string,
    string | number | bigint | boolean | Buffer | readonly (string | null)[] | readonly number[] | null
  >
>;

/** One statement kept in a `.sql` file, with named parameters written `:name`. */
export interface SqlFile {
  /**
   * Runs it on the caller's client, and so in the caller's transaction; or on any of a pool's, in one of its own.
   *
   * @param withinMs of a pool's: without an answer for so long it fails, and its connection is dropped
   */
  run<Row extends QueryResultRow>(
    client: Pick<ClientBase | Pool, "query">,
    parameters?: Parameters,
    withinMs?: number,
  ): Promise<QueryResult<Row>>;
  /** The same, each row as a list of what PostgreSQL says itself: exact, whatever the types of its values are. */
  texts(client: Pick<ClientBase | Pool, "query">, parameters?: Parameters): Promise<(string | null)[][]>;
}

const COMMENT = /^\s*--.*$/gm;
// A colon that is neither part of a cast (`::int`) nor of a word.
const PARAMETER = /(?<![:\w]):([a-z][a-z0-9_]*)/g;
const IDENTIFIER = /:"([a-z][a-z0-9_]*)"/g;
/** A name as ours are, perhaps with its schema, which needs no quotes; or with the order that its texts are to stand in. */
const NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*| COLLATE "C")?$/;

type Identifiers = Readonly<Record<string, string | readonly string[]>>;

/** A statement's form for a warehouse whose facts are distributed: from another file, with other identifiers, or both. */
export interface DistributedForm {
  readonly url?: URL;
  readonly identifiers?: Identifiers;
}

/**
 * Reads a statement once, when the module that owns it loads: `sqlFile(new URL("./insertFacts.sql", import.meta.url))`.
 * Values travel as protocol parameters and never become part of the text.
 *
 * @param identifiers names of tables and columns that stand for `:"name"` in the text, of ours and written in the code; of
 *   several, a list stands there
 * @param ifDistributed where the planner of Citus does not take it as it is; it takes the same parameters
 */
export function sqlFile(url: URL, identifiers: Identifiers = {}, ifDistributed?: DistributedForm): SqlFile {
  const usual = readStatement(url, identifiers);
  const other =
    ifDistributed && readStatement(ifDistributed.url ?? url, ifDistributed.identifiers ?? identifiers);
  const formFor = (client: object): Statement =>
    other !== undefined && isDistributed(client) ? other : usual;
  return {
    run: (client, parameters = {}, withinMs) => {
      const { text, valuesOf } = formFor(client);
      const values = valuesOf(parameters);
      if (withinMs === undefined) return client.query(text, values);
      const limited: QueryConfig<typeof values> & { query_timeout: number } = {
        ...{ text, values, query_timeout: withinMs },
      };
      return client.query(limited);
    },
    texts: async (client, parameters = {}) => {
      const { text, valuesOf } = formFor(client);
      const asSaid: QueryArrayConfig = {
        ...{ text, values: valuesOf(parameters), rowMode: "array", types: { getTypeParser: () => String } },
      };
      return (await client.query<(string | null)[]>(asSaid)).rows;
    },
  };
}

/** One whose other form is beside it, in `NAMEDistributed.sql`. */
export const sqlFileInTwoForms = (url: URL): SqlFile =>
  sqlFile(url, {}, { url: new URL(url.href.replace(/\.sql$/, "Distributed.sql")) });

interface Statement {
  /** With its parameters as `$1` and so on. */
  readonly text: string;
  /** In their order. */
  readonly valuesOf: (parameters: Parameters) => unknown[];
}

function readStatement(url: URL, identifiers: Identifiers): Statement {
  const names: string[] = [];
  const text = readFileSync(url, "utf8")
    .replace(COMMENT, "")
    .replace(IDENTIFIER, (_match, name: string) => {
      const list = [identifiers[name] ?? []].flat();
      if (list.length === 0 || !list.every((identifier) => NAME.test(identifier)))
        throw new Error(`${url.pathname} needs a name for :"${name}", not ${String(identifiers[name])}`);
      return list.join(", ");
    })
    .replace(PARAMETER, (_match, name: string) => {
      if (!names.includes(name)) names.push(name);
      return `$${names.indexOf(name) + 1}`;
    });
  const valuesOf = (parameters: Parameters) =>
    names.map((name) => {
      const value = parameters[name];
      if (value === undefined) throw new Error(`${url.pathname} needs the parameter :${name}`);
      return typeof value === "bigint" ? value.toString() : value;
    });
  return { text, valuesOf };
}

/** The row of a statement that always gives one. */
export function onlyRow<Row>({ rows }: { readonly rows: readonly Row[] }): Row {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`one row was expected, not ${rows.length}`);
  return row;
}
