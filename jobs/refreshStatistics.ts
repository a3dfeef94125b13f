import type pg from "pg";
import { sqlFile, sqlFileInTwoForms, type SqlFile } from "../src/database/sqlFile.ts";

const tableRows = sqlFileInTwoForms(new URL("./tableRows.sql", import.meta.url));

/** Every table whose plans hang on its statistics. */
const TABLES = [
  "ingestion_layer.fct_transactions",
  "ingestion_layer.dim_stores",
  "ingestion_layer.dim_devices",
  "ingestion_layer.dim_products",
  "ingestion_layer.dim_product_labels",
  "ingestion_layer.dim_time",
  "aggregation_layer.rollup_stores",
  "aggregation_layer.rollup_products",
  "aggregation_layer.rollup_devices",
  "aggregation_layer.rollup_days",
  "aggregation_layer.rollup_store_first_sales",
] as const;

const refreshes = new Map<string, SqlFile>(
  TABLES.map((table) => [table, sqlFile(new URL("./refreshTable.sql", import.meta.url), { table })]),
);

/**
 * As with autovacuum: fewer changes than so many, and than this share of a table's rows, leave the statistics as good as
 * they were; looking costs more the more there is, and looking after every small load only wears out the catalogue.
 */
const WORTH_A_LOOK = { rows: 50, share: 0.1 };

/**
 * Refreshes the statistics of the tables that a run may have changed much. Without fresh ones the planner takes a table
 * for as empty as it was when it was last looked at.
 *
 * @param records that the run has loaded or corrected: no table has changed by more rows
 */
export async function refreshStatistics(pool: pg.Pool, records: number): Promise<void> {
  const client = await pool.connect();
  try {
    const { rows } = await tableRows.run<{ name: string; rows: number }>(client, {
      names: TABLES,
    });
    for (const { name, rows: known } of rows) {
      // A table that nobody has ever looked at says -1.
      const isWorthALook = known < 0 || records > WORTH_A_LOOK.rows + known * WORTH_A_LOOK.share;
      if (isWorthALook) await refreshes.get(name)?.run(client);
    }
  } finally {
    client.release();
  }
}
