/** The roles that Tillhouse works as. They belong to the whole server; what they may do is each database's own. */
export const ROLES = { loader: "tillhouse_loader", reader: "tillhouse_reader" } as const;

export type RoleName = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as readonly RoleName[];

/** The schemas that are ours alone: nobody gets a right there by being anybody. */
export const SCHEMAS = ["ingestion_layer", "aggregation_layer", "operations"] as const;

/** A verb on all columns, or on those named. */
type Verb = string | { readonly verb: string; readonly columns: readonly string[] };
type Rights = Readonly<Partial<Record<RoleName, readonly Verb[]>>>;

const only = (verb: string, ...columns: readonly string[]): Verb => ({ verb, columns });
const lookup = { loader: ["SELECT"], reader: ["SELECT"] };
const added: Rights = { loader: ["SELECT", "INSERT"] };
const kept: Rights = { loader: ["SELECT", "INSERT", "UPDATE"] };
const rewritten: Rights = { loader: ["SELECT", "INSERT", "DELETE"] };
const rollup: Rights = { loader: ["SELECT", "INSERT", "UPDATE", "DELETE"] };
const history: Rights = { loader: ["SELECT", "INSERT", "UPDATE"], reader: ["SELECT"] };
/** The same of rows that are dropped when they are old. */
const dropped: Rights = { ...history, loader: ["SELECT", "INSERT", "UPDATE", "DELETE"] };
/** Rows that are only locked, or changed in one column: PostgreSQL asks for UPDATE of any one column to lock a row. */
const addedAndLocked = (...columns: readonly string[]): Rights => ({
  loader: ["SELECT", "INSERT", only("UPDATE", ...columns)],
});
/** Loaders write nothing there; declared checks look at all rows of both layers. */
const view: Rights = lookup;
const numbered: Rights = { loader: ["USAGE"] };

/** What `rejects` shows of a quarantined record: no card token, and nothing that one could be told by. */
const QUARANTINE_SHOWN = [
  "quarantine_id",
  "source",
  "file_id",
  "source_line",
  "run_id",
  "reason",
  "column_name",
  "state",
  "resolved_run_id",
  "fields",
  "natural_key",
  "device_id",
  "store_id",
];

/** What the ledger knows of a file, but for the digests of what was read of it. */
const FILES_SHOWN = [
  "file_id",
  "source",
  "path",
  "status",
  "refusal",
  "size_bytes",
  "mtime_ns",
  "ctime_ns",
  "inode",
  "dialect",
  "committed_bytes",
  "committed_lines",
  "unterminated_bytes",
  "records_read",
  "loaded",
  "already_present",
  "corrected",
  "superseded",
  "rejected",
  "warnings",
  "applied_amount",
  "snapshot_at",
  "first_seen_at",
  "loaded_at",
  "updated_at",
];

/**
 * Who may do what, all of it: what is not here is refused. A migration that makes something gives it a line here; without
 * one a test fails. Nobody is given TRUNCATE, REFERENCES, TRIGGER or MAINTAIN on anything, nor CREATE in any schema.
 */
export const RIGHTS: {
  readonly schema: Readonly<Record<string, Rights>>;
  readonly table: Readonly<Record<string, Rights>>;
  readonly sequence: Readonly<Record<string, Rights>>;
  /** The database that it is about, whatever its name. */
  readonly database: Rights;
  readonly parameter: Readonly<Record<string, Rights>>;
} = {
  schema: {
    ingestion_layer: { loader: ["USAGE"] },
    aggregation_layer: { loader: ["USAGE"], reader: ["USAGE"] },
    operations: { loader: ["USAGE"], reader: ["USAGE"] },
  },
  table: {
    "ingestion_layer.fct_transactions": kept,
    "ingestion_layer.fct_transactions_history": added,
    "ingestion_layer.dim_stores_history": rewritten,
    "ingestion_layer.dim_devices_history": rewritten,
    "ingestion_layer.dim_stores": kept,
    "ingestion_layer.dim_devices": kept,
    "ingestion_layer.dim_products": kept,
    "ingestion_layer.dim_product_labels": addedAndLocked("label_key"),
    "ingestion_layer.dim_customers": added,
    "ingestion_layer.dim_time": addedAndLocked("date_key"),

    "aggregation_layer.rollup_stores": rollup,
    "aggregation_layer.rollup_products": rollup,
    "aggregation_layer.rollup_devices": rollup,
    "aggregation_layer.rollup_days": rollup,
    "aggregation_layer.rollup_store_first_sales": rollup,

    "aggregation_layer.top_10_stores_by_amount": view,
    "aggregation_layer.top_10_products_sold": view,
    "aggregation_layer.average_amount_by_typology_and_country": view,
    "aggregation_layer.transaction_share_by_device_type": view,
    "aggregation_layer.time_to_fifth_transaction": view,
    "aggregation_layer.time_to_fifth_transaction_by_store": view,
    "aggregation_layer.store_performance": view,
    "aggregation_layer.product_performance": view,
    "aggregation_layer.device_type_performance": view,
    "aggregation_layer.average_amount_by_typology": view,
    "aggregation_layer.average_amount_by_country": view,
    "aggregation_layer.daily_sales": view,
    "aggregation_layer.transactions_as_was": view,
    "aggregation_layer.transaction_versions": view,
    "aggregation_layer.store_versions": view,
    "aggregation_layer.device_versions": view,
    "aggregation_layer.top_10_stores_by_amount_as_was": view,
    "aggregation_layer.average_amount_by_typology_and_country_as_was": view,
    "aggregation_layer.transaction_share_by_device_type_as_was": view,

    "operations.runs": dropped,
    "operations.run_steps": dropped,
    "operations.run_files": history,
    "operations.run_totals": history,
    "operations.record_totals": history,
    "operations.source_files": {
      loader: ["SELECT", "INSERT", "UPDATE"],
      reader: [only("SELECT", ...FILES_SHOWN)],
    },
    "operations.file_ranges": kept,
    "operations.stated_stretches": kept,
    "operations.watermarks": history,
    "operations.run_changes": rewritten,
    "operations.quarantine_dropped": kept,
    "operations.quarantine": {
      loader: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      reader: [only("SELECT", ...QUARANTINE_SHOWN)],
    },
    "operations.card_token_keys": addedAndLocked("card_key_id", "retired_at"),
    "operations.run_locks": { loader: ["SELECT", "INSERT", "UPDATE"] },
    "operations.check_results": dropped,
    "operations.job_schedules": history,
    "operations.job_slots": dropped,
    "operations.alerts": dropped,
    "operations.job_slots_passed": { loader: ["SELECT", "INSERT", "DELETE"], reader: ["SELECT"] },

    // Prisma's own: which migrations the database has had.
    "public._prisma_migrations": lookup,
  },
  sequence: {
    "ingestion_layer.dim_customers_customer_key_seq": numbered,
    "ingestion_layer.dim_devices_device_key_seq": numbered,
    "ingestion_layer.dim_product_labels_label_key_seq": numbered,
    "ingestion_layer.dim_products_product_key_seq": numbered,
    "ingestion_layer.dim_stores_store_key_seq": numbered,
    "ingestion_layer.fct_transactions_history_version_id_seq": numbered,
    "operations.alerts_alert_id_seq": numbered,
    "operations.job_slots_passed_passed_id_seq": numbered,
    "operations.quarantine_quarantine_id_seq": numbered,
    "operations.runs_run_id_seq": numbered,
    "operations.source_files_file_id_seq": numbered,
  },
  // Staging is temporary tables.
  database: { loader: ["TEMPORARY"] },
  // Keys are checked as sets: see `checkKeysAsSets.sql`. Only a superuser can grant it; without it they are checked by row.
  parameter: { session_replication_role: { loader: ["SET"] } },
};

/**
 * Beside those, where the facts are distributed over a Citus cluster. There a view's own rights end with its own statement: what it takes of the
 * coordinator's tables, to send it to the nodes or to join it with what they answer, is asked as whoever asks. So the reader may read
 * what the views of facts are made of, column by column.
 */
const readBy = (...columns: readonly string[]): Rights => ({ reader: [only("SELECT", ...columns)] });
const RIGHTS_IN_CLUSTER: Pick<typeof RIGHTS, "schema" | "table"> = {
  schema: { ingestion_layer: { reader: ["USAGE"] } },
  table: {
    "ingestion_layer.dim_stores": readBy("store_key", "store_id", "store_name", "country", "typology"),
    "ingestion_layer.dim_stores_history": readBy(
      ...["store_key", "store_name", "address", "city", "country", "typology"],
      ...["valid_from", "valid_to", "is_current"],
    ),
    "ingestion_layer.dim_devices": readBy("device_key", "device_id"),
    "ingestion_layer.dim_devices_history": readBy(
      ...["device_key", "device_type", "store_key", "valid_from", "valid_to", "is_current"],
    ),
    "ingestion_layer.dim_products": readBy("product_key", "product_sku"),
    "ingestion_layer.dim_product_labels": readBy("label_key", "product_name", "category_name"),
    "operations.file_ranges": readBy("file_id", "first_line", "stated_at"),
  },
};

/**
 * And on the nodes, of each piece of a distributed table: the columns that the reader's views show or look by, and no other. A
 * migration that has such a view use another column gives it a line here; without one a test fails.
 */
export const READ_ON_NODES: Readonly<Record<string, readonly string[]>> = {
  "ingestion_layer.fct_transactions": [
    "transaction_id",
    "happened_at",
    "created_at",
    "source_line",
    "store_key",
    "device_key",
    "product_key",
    "label_key",
    "run_id",
    "file_id",
    "status",
    "amount",
  ],
  "ingestion_layer.fct_transactions_history": [
    "version_id",
    "transaction_id",
    "stated_at",
    "file_id",
    "source_line",
    "run_id",
    "replaced_run_id",
    "was_current",
    "happened_at",
    "created_at",
    "store_key",
    "device_key",
    "product_sku",
    "product_name",
    "category_name",
    "status",
    "amount",
  ],
};

export type ObjectKind = "schema" | "table" | "column" | "sequence" | "database" | "parameter";

/** One cell of `RIGHTS`. */
export interface Right {
  readonly role: string;
  readonly kind: ObjectKind;
  /** Schema and name, or name; of a database none. */
  readonly names: readonly string[];
  readonly column: string | null;
  readonly privilege: string;
}

/** Every cell of `RIGHTS`, one by one. */
export function allRights(): readonly Right[] {
  return cellsOf(RIGHTS);
}

/** Every right that there is besides where the facts are distributed, one by one. */
export function clusterRights(): readonly Right[] {
  return cellsOf({ ...RIGHTS_IN_CLUSTER, sequence: {}, database: {}, parameter: {} });
}

function cellsOf({ database, ...named }: typeof RIGHTS): readonly Right[] {
  const ofObject = (kind: ObjectKind, names: readonly string[], rights: Rights): Right[] =>
    ROLE_NAMES.flatMap((role) =>
      (rights[role] ?? []).flatMap((verb): Right[] => {
        const right = { role: ROLES[role], names };
        if (typeof verb === "string") return [{ ...right, kind, column: null, privilege: verb }];
        return verb.columns.map((column) => ({ ...right, kind: "column", column, privilege: verb.verb }));
      }),
    );
  return [
    ...Object.entries(named).flatMap(([kind, objects]) =>
      Object.entries(objects).flatMap(([name, rights]) =>
        ofObject(kind as ObjectKind, name.split("."), rights),
      ),
    ),
    ...ofObject("database", [], database),
  ];
}
