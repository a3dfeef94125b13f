import type { Source } from "../generated/enums.ts";
import { ROLLUP_TABLES } from "../rollups.ts";
import type { LineageStep, Place, TableName } from "./model.ts";

const STAR = "ingestion_layer";
const FACT: Place = { kind: "table", schema: STAR, name: "fct_transactions" };

/** Tables of the star that a record of a file may add a row to, or change one of. A test loads each kind and looks. */
const FED_BY: Readonly<Record<Source, readonly string[]>> = {
  stores: ["dim_stores", "dim_stores_history", "dim_customers", "dim_time"],
  devices: ["dim_devices", "dim_devices_history"],
  transactions: [
    "fct_transactions",
    "fct_transactions_history",
    "dim_products",
    "dim_product_labels",
    "dim_time",
  ],
};

/** Tables that are summed from the fact, in the commit that changes it. */
const ROLLUPS: readonly TableName[] = Object.values(ROLLUP_TABLES).map((table) => {
  const [schema = "", name = ""] = table.split(".");
  return { schema, name };
});

/** What no catalogue of PostgreSQL's knows: the statements of a load say it, and nothing depends on a file. */
export const DECLARED_LINEAGE: readonly LineageStep[] = [
  ...(Object.entries(FED_BY) as [Source, readonly string[]][]).flatMap(([source, names]) =>
    names.map((name): LineageStep => ({
      from: { kind: "file", name: source },
      to: { kind: "table", schema: STAR, name },
    })),
  ),
  ...ROLLUPS.map((rollup): LineageStep => ({ from: FACT, to: { kind: "table", ...rollup } })),
];
