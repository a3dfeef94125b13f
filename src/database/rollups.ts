/** A rollup of counts and amounts by status: what of it differs from the others. */
export interface SumRollup {
  readonly table: string;
  /** Column of the rollup, and of the dimension, that it is by. */
  readonly key: string;
  /** Column of the fact with that key. */
  readonly fact_key: string;
  readonly dimension: string;
  /** Column of the dimension by which a person knows a row. */
  readonly natural_key: string;
}

/** The rollups that the views read, all of one shape; `rollup_store_first_sales` is of its own. */
export const SUM_ROLLUPS = {
  stores: {
    table: "aggregation_layer.rollup_stores",
    key: "store_key",
    fact_key: "store_key",
    dimension: "ingestion_layer.dim_stores",
    natural_key: "store_id",
  },
  devices: {
    table: "aggregation_layer.rollup_devices",
    key: "device_key",
    fact_key: "device_key",
    dimension: "ingestion_layer.dim_devices",
    natural_key: "device_id",
  },
  products: {
    table: "aggregation_layer.rollup_products",
    key: "product_key",
    fact_key: "product_key",
    dimension: "ingestion_layer.dim_products",
    natural_key: "product_sku",
  },
  days: {
    table: "aggregation_layer.rollup_days",
    key: "date_key",
    fact_key: "happened_date_key",
    dimension: "ingestion_layer.dim_time",
    natural_key: "date_key",
  },
} as const satisfies Record<string, SumRollup>;

export type SumRollupName = keyof typeof SUM_ROLLUPS;

export const SUM_ROLLUP_NAMES = Object.keys(SUM_ROLLUPS) as readonly SumRollupName[];

/** All rollups: those, and the one of a store's first sales. */
export type RollupName = SumRollupName | "firstSales";

export const ROLLUP_TABLES: Readonly<Record<RollupName, string>> = {
  stores: SUM_ROLLUPS.stores.table,
  devices: SUM_ROLLUPS.devices.table,
  products: SUM_ROLLUPS.products.table,
  days: SUM_ROLLUPS.days.table,
  firstSales: "aggregation_layer.rollup_store_first_sales",
};

export const ROLLUP_NAMES = Object.keys(ROLLUP_TABLES) as readonly RollupName[];

/** How a rollup is called in the database, without its schema. */
export function rollupTable(name: RollupName): string {
  return ROLLUP_TABLES[name].replace(/^.*\./, "");
}

/** A list of a store's first accepted sales with so many can be answered from; a shorter one is whole. */
export const FIRST_SALES_NEEDED = 5;
/**
 * So many stay listed when sales join a list. More would be more work for every chunk, fewer would make corrections that
 * take some away read the fact more often.
 */
export const FIRST_SALES_LISTED = 10;
/** So many are listed when they are read from the fact, since that takes long. No list is longer. */
export const FIRST_SALES_READ = 20;
