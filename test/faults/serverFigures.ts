import type { Warehouse } from "../fixtures/warehouse.ts";

/** What a server holds and has done, as its own books say. It is a server of one test: others would count as well. */
export interface ServerFigures {
  /** Transaction ids given out since it was made. */
  readonly transactionIds: number;
  /** Bytes written to the WAL since then. */
  readonly walBytes: number;
  readonly databaseBytes: number;
  readonly catalogueBytes: number;
  /** Tables, indexes and the like that the catalogue knows. */
  readonly catalogueObjects: number;
  /** Of the catalogue's tables. */
  readonly catalogueDead: number;
  readonly factBytes: number;
  readonly tables: readonly TableFigures[];
}

export interface TableFigures {
  /** With its schema. */
  readonly name: string;
  readonly bytes: number;
  readonly live: number;
  readonly dead: number;
}

/** Tables of which every load adds a row: they are the history, and grow with it. The others do not grow with loads. */
export const HISTORY: readonly string[] = [
  "operations.runs",
  "operations.run_steps",
  "operations.run_files",
  "operations.source_files",
  "operations.file_ranges",
  "operations.quarantine",
];
export const FACT = "ingestion_layer.fct_transactions";

export async function serverFigures({ rows }: Pick<Warehouse, "rows">): Promise<ServerFigures> {
  const [server] = await rows<Record<Exclude<keyof ServerFigures, "tables" | "factBytes">, number>>(`
    SELECT
      pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS "transactionIds",
      (pg_current_wal_insert_lsn() - '0/0')::float8 AS "walBytes",
      pg_database_size(current_database())::float8 AS "databaseBytes",
      sum(pg_total_relation_size(tables.oid))::float8 AS "catalogueBytes",
      (SELECT count(*)::float8 FROM pg_class) AS "catalogueObjects",
      sum(pg_stat_get_dead_tuples(tables.oid))::float8 AS "catalogueDead"
    FROM pg_class AS tables
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'`);
  const tables = await rows<TableFigures & { name: string }>(`
    SELECT
      schemaname || '.' || relname AS name,
      pg_total_relation_size(relid)::float8 AS bytes,
      n_live_tup::float8 AS live,
      n_dead_tup::float8 AS dead
    FROM pg_stat_user_tables
    WHERE schemaname IN ('ingestion_layer', 'aggregation_layer', 'operations')
    ORDER BY 1`);
  if (server === undefined) throw new Error("the server says nothing of itself");
  return { ...server, tables, factBytes: tables.find(({ name }) => name === FACT)?.bytes ?? 0 };
}

/** Bytes of tables, by their names. */
export function bytesOf({ tables }: ServerFigures, names: readonly string[]): number {
  return tables.filter(({ name }) => names.includes(name)).reduce((sum, { bytes }) => sum + bytes, 0);
}
