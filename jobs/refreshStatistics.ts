import type pg from "pg";
import { sqlFile } from "../src/database/sqlFile.ts";

const tableRows = sqlFile(new URL("./tableRows.sql", import.meta.url));

/** Every table whose plans hang on its statistics, with the statement that refreshes them. */
const STATEMENTS: Readonly<Record<string, string>> = {
  "ingestion_layer.fct_transactions": "ANALYZE ingestion_layer.fct_transactions",
  "ingestion_layer.dim_stores": "ANALYZE ingestion_layer.dim_stores",
  "ingestion_layer.dim_devices": "ANALYZE ingestion_layer.dim_devices",
  "ingestion_layer.dim_products": "ANALYZE ingestion_layer.dim_products",
  "ingestion_layer.dim_product_labels": "ANALYZE ingestion_layer.dim_product_labels",
  "ingestion_layer.dim_time": "ANALYZE ingestion_layer.dim_time",
  "aggregation_layer.rollup_stores": "ANALYZE aggregation_layer.rollup_stores",
  "aggregation_layer.rollup_products": "ANALYZE aggregation_layer.rollup_products",
  "aggregation_layer.rollup_devices": "ANALYZE aggregation_layer.rollup_devices",
  "aggregation_layer.rollup_days": "ANALYZE aggregation_layer.rollup_days",
  "aggregation_layer.rollup_store_first_sales": "ANALYZE aggregation_layer.rollup_store_first_sales",
};

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
      names: Object.keys(STATEMENTS),
    });
    for (const { name, rows: known } of rows) {
      const statement = STATEMENTS[name];
      // A table that nobody has ever looked at says -1.
      const isWorthALook = known < 0 || records > WORTH_A_LOOK.rows + known * WORTH_A_LOOK.share;
      if (statement !== undefined && isWorthALook) await client.query(statement);
    }
  } finally {
    client.release();
  }
}
