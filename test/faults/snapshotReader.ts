import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import { ASKED_OF_FACTS } from "../fixtures/factViews.ts";
import type { State } from "./salesModel.ts";

const FIGURES = ["accepted", "refused", "cancelled"].flatMap((status) => [
  `${status}_transactions::float8`,
  `(${status}_transacted_amount * 100)::float8`,
]);

/** Views with figures by status, and the column that tells their rows apart. */
const KEYED: Readonly<Record<string, string>> = {
  store_performance: "store_id",
  product_performance: "product_sku",
  device_type_performance: "device_type",
  daily_sales: "calendar_date",
};
/** Views that add up to all accepted sales, and their columns of number and amount. */
const ADDING_UP: Readonly<Record<string, readonly [string, string]>> = {
  top_10_stores_by_amount: ["transactions", "transacted_amount"],
  top_10_products_sold: ["units_sold", "transacted_amount"],
  average_amount_by_typology_and_country: ["transactions", "transacted_amount"],
  average_amount_by_typology: ["accepted_transactions", "accepted_transacted_amount"],
  average_amount_by_country: ["accepted_transactions", "accepted_transacted_amount"],
};
export const SINGLE_VIEWS = [...Object.keys(KEYED), ...Object.keys(ADDING_UP)];

const SUMS =
  "sum(loaded)::float8 AS loaded, sum(corrected)::float8 AS corrected, sum(rejected)::float8 AS rejected";
/** What is counted in four places, and must be the same in all. */
const LEDGER_TABLES = ["runs", "run_files", "source_files", "file_ranges"];

/** Reads as people do, and holds what it sees to the states that were committed. Never goes back. */
export class SnapshotReader {
  readonly #client: pg.ClientBase;
  readonly #views: readonly string[];
  readonly #committed: { readonly states: readonly State[]; readonly done: number };
  #last = 0;

  /** @param committed the states that may be there by now, in order; `done`: place of the last that is there for sure */
  constructor(
    client: pg.ClientBase,
    views: readonly string[],
    committed: { readonly states: readonly State[]; readonly done: number },
  ) {
    this.#client = client;
    this.#views = views;
    this.#committed = committed;
  }

  /** All of one moment: every view, the fact, the ledger, the quarantine. Gives what is wrong, or nothing. */
  async readAll(): Promise<string | undefined> {
    const from = Math.max(this.#last, this.#committed.done);
    await this.#client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      // In this order: what is committed between two statements would show.
      const views = await this.#rowsOfAll("aggregation_layer");
      const figures = await this.#figures();
      const firstAndFifth = await this.#firstAndFifth();
      const ledger = await this.#ledger();
      const facts = await this.#facts();
      const ofFacts = await this.#rowsOfAll(ASKED_OF_FACTS);
      for (const name of this.#views)
        if (!isDeepStrictEqual(views[name], ofFacts[name]))
          return `${name} is not what the fact says:\n${String(views[name])}\n${String(ofFacts[name])}`;
      if (typeof ledger === "string") return ledger;
      return this.#moveTo({ facts, figures, firstAndFifth, ledger }, from);
    } finally {
      await this.#client.query("COMMIT");
    }
  }

  /** One view by itself, in one statement. */
  async readOne(name: string): Promise<string | undefined> {
    const from = Math.max(this.#last, this.#committed.done);
    const [count, amount] = ADDING_UP[name] ?? [];
    const read =
      count === undefined || amount === undefined
        ? await this.#figuresOf(name)
        : await this.#only(
            `SELECT coalesce(sum(${count}), 0)::float8 AS count, coalesce(sum(${amount} * 100), 0)::float8 AS cents
             FROM aggregation_layer.${name}`,
          );
    const wanted = ({ facts, figures }: State): unknown =>
      count === undefined
        ? Object.fromEntries(Object.entries(figures).filter(([key]) => key.startsWith(`${name} `)))
        : { count: facts[0], cents: facts[1] };
    const { states } = this.#committed;
    const place = states.findIndex((state, at) => at >= from && isDeepStrictEqual(wanted(state), read));
    if (place === -1) return `${name} by itself is of no state from ${from} on: ${JSON.stringify(read)}`;
    this.#last = place;
    return undefined;
  }

  #moveTo(seen: State, from: number): string | undefined {
    const { states } = this.#committed;
    const place = states.findIndex((state, at) => at >= from && isDeepStrictEqual(state, seen));
    if (place === -1) {
      const former = states.findIndex((state) => isDeepStrictEqual(state, seen));
      return `seen is ${former === -1 ? "no committed state" : `state ${former}`}, from ${from} on: ${JSON.stringify(seen)}`;
    }
    this.#last = place;
    return undefined;
  }

  async #rows<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    return (await this.#client.query<Row>(sql)).rows;
  }

  async #only<Row extends pg.QueryResultRow>(sql: string): Promise<Row> {
    const [row] = await this.#rows<Row>(sql);
    if (row === undefined) throw new Error(`no row: ${sql}`);
    return row;
  }

  async #rowsOfAll(schema: string): Promise<Record<string, string[]>> {
    const all: Record<string, string[]> = {};
    for (const name of this.#views) {
      const rows = await this.#rows<{ text: string }>(`SELECT v::text AS text FROM ${schema}.${name} AS v`);
      all[name] = rows.map(({ text }) => text);
    }
    return all;
  }

  async #figures(): Promise<State["figures"]> {
    const all = {};
    for (const name of Object.keys(KEYED)) Object.assign(all, await this.#figuresOf(name));
    return all;
  }

  async #figuresOf(name: string): Promise<Record<string, number[]>> {
    const rows = await this.#rows<{ key: string; figures: number[] }>(
      `SELECT ${KEYED[name] ?? ""}::text AS key, ARRAY[${FIGURES.join(", ")}] AS figures FROM aggregation_layer.${name}`,
    );
    return Object.fromEntries(rows.map(({ key, figures }) => [`${name} ${key}`, figures]));
  }

  async #firstAndFifth(): Promise<State["firstAndFifth"]> {
    const rows = await this.#rows<{ store: string; first: Date; fifth: Date }>(
      `SELECT store_id::text AS store, first_at AS first, fifth_at AS fifth
       FROM aggregation_layer.time_to_fifth_transaction_by_store`,
    );
    return Object.fromEntries(
      rows.map(({ store, first, fifth }) => [store, [first.getTime(), fifth.getTime()]]),
    );
  }

  async #facts(): Promise<number[]> {
    const { figures } = await this.#only<{ figures: number[] }>(
      `SELECT ARRAY[${["accepted", "refused", "cancelled"]
        .flatMap((status) => [
          `count(*) FILTER (WHERE status = '${status}')::float8`,
          `coalesce(sum(amount * 100) FILTER (WHERE status = '${status}'), 0)::float8`,
        ])
        .join(", ")}] AS figures
       FROM ingestion_layer.fct_transactions`,
    );
    return figures;
  }

  async #ledger(): Promise<State["ledger"] | string> {
    const sums: State["ledger"][] = [];
    for (const table of LEDGER_TABLES)
      sums.push(await this.#only<State["ledger"]>(`SELECT ${SUMS} FROM operations.${table}`));
    const different = sums.findIndex((sum) => !isDeepStrictEqual(sum, sums[0]));
    if (different !== -1)
      return `${LEDGER_TABLES[different] ?? ""} counts otherwise than runs: ${JSON.stringify(sums)}`;
    const others = await this.#only<State["ledger"]>(
      `SELECT
         (SELECT sum(resolved) FROM operations.runs)::float8 AS resolved,
         (SELECT count(*) FROM operations.quarantine WHERE state = 'waiting')::float8 AS waiting,
         coalesce((SELECT watermark FROM operations.watermarks WHERE source = 'transactions'), 0)::float8 AS watermark`,
    );
    return Object.assign({}, sums[0], others);
  }
}
