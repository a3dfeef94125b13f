import { describe, expect, test } from "@jest/globals";
import { DOCUMENTS } from "../../.config/docs/documents.ts";
import { writeDocuments } from "../../.config/docs/writeDocuments.ts";
import type { LineageStep, Model, Place } from "../../src/database/model/model.ts";
import { readModel, readSchema } from "../../src/database/model/readModel.ts";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { createPool } from "../../src/database/pool.ts";
import { SCHEMAS } from "../../src/database/roles/rights.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { SOURCES, type SourceName } from "../../src/sources/contracts.ts";
import { NO_FOREIGN_KEYS, testOnOneServer, WIDER_KEY } from "../fixtures/citus.ts";
import { databaseDump } from "../fixtures/databaseDump.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

/** A column as both sides can say it. */
interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly key: number | null;
}

/** Of every table and view of ours. A view's columns may be null for all that the catalogue knows; a view has no key there. */
async function columnsInDatabase({ rows }: Warehouse): Promise<Column[]> {
  const found = await rows<Column>(
    `SELECT
       nspname || '.' || relname AS table, attname AS column, format_type(atttypid, atttypmod) AS type,
       NOT attnotnull AS nullable, array_position(indkey::smallint[], attnum) + 1 AS key
     FROM pg_class
     JOIN pg_namespace ON pg_namespace.oid = relnamespace
     JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
     LEFT JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
     WHERE nspname = ANY ($1) AND relkind IN ('r', 'p', 'v', 'm')`,
    [SCHEMAS],
  );
  return found.map(({ type, ...column }) => ({ ...column, type: shortType(type) }));
}

/** `timestamp(3) with time zone` as `timestamptz(3)`; microseconds, the finest, go without saying. */
function shortType(type: string): string {
  return type
    .replace(/^timestamp(\(\d\))? with time zone/, "timestamptz$1")
    .replace("(6)", "")
    .replace(/^\w+\./, "");
}

/** By name: a table's columns stand in the order in which migrations added them. */
const inOrder = (columns: readonly Column[]): Column[] =>
  columns.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
const nameOf = ({ table, column }: Column): string => `${table}.${column}`;

/** A place as a word. */
const said = (place: Place): string => (place.kind === "file" ? place.name : `${place.schema}.${place.name}`);
const into = (lineage: readonly LineageStep[], to: string): string[] =>
  lineage.filter((step) => said(step.to) === to).map(({ from }) => said(from));

const inModel = (work: (model: Model, warehouse: Warehouse) => void | Promise<void>) =>
  inWarehouse(async (warehouse) => work(await readModel(warehouse.database.pool), warehouse));

describe("the model", () => {
  testOnOneServer(
    WIDER_KEY,
    "has every table and view of the database, with its columns, their types and keys",
    inWarehouse(async (warehouse) => {
      const views = new Set(
        readSchema()
          .tables.filter(({ kind }) => kind === "view")
          .map(({ schema, name }) => `${schema}.${name}`),
      );
      const inSchema = readSchema().tables.flatMap(({ schema, name, columns, key }) =>
        columns.map((column): Column => ({
          table: `${schema}.${name}`,
          column: column.name,
          type: column.type,
          nullable: column.isNullable,
          key: key.includes(column.name) ? key.indexOf(column.name) + 1 : null,
        })),
      );
      const asTheCatalogueSays = (column: Column): Column =>
        views.has(column.table) ? { ...column, nullable: true, key: null } : column;
      expect(inOrder(inSchema.map(asTheCatalogueSays))).toEqual(inOrder(await columnsInDatabase(warehouse)));
    }),
  );

  testOnOneServer(
    NO_FOREIGN_KEYS,
    "has every foreign key of the database",
    inWarehouse(async ({ rows }) => {
      const found = await rows<{ key: string }>(
        `SELECT
           conrelid::regclass || '(' || (SELECT string_agg(attname, ', ' ORDER BY place)
             FROM unnest(conkey) WITH ORDINALITY AS own(number, place)
             JOIN pg_attribute ON attrelid = conrelid AND attnum = number)
           || ') ' || confrelid::regclass || '(' || (SELECT string_agg(attname, ', ' ORDER BY place)
             FROM unnest(confkey) WITH ORDINALITY AS others(number, place)
             JOIN pg_attribute ON attrelid = confrelid AND attnum = number) || ')' AS key
         FROM pg_constraint WHERE contype = 'f'`,
      );
      const declared = readSchema().tables.flatMap(({ schema, name, references }) =>
        references.map(
          ({ columns, to, toColumns }) =>
            `${schema}.${name}(${columns.join(", ")}) ${to.schema}.${to.name}(${toColumns.join(", ")})`,
        ),
      );
      expect(declared.sort()).toEqual(found.map(({ key }) => key).sort());
    }),
  );
});

test(
  "the data dictionary is that of the model",
  inModel(async (model) => {
    const documents = DOCUMENTS.filter(({ file }) => file === "prisma/DATA_DICTIONARY.md");
    const writing = { root: projectRoot, documents, model: () => Promise.resolve(model), isCheck: true };
    expect(documents).toHaveLength(1);
    expect(await writeDocuments(writing)).toEqual([]);
  }),
);

describe("lineage", () => {
  test(
    "knows what each view reads, from the database, as the reader too",
    inModel(async ({ lineage }, { database }) => {
      expect(into(lineage, "aggregation_layer.top_10_stores_by_amount")).toEqual([
        "aggregation_layer.rollup_stores",
        "ingestion_layer.dim_stores",
      ]);
      // Of another view, and not of what that one reads.
      expect(into(lineage, "aggregation_layer.transaction_share_by_device_type_as_was")).toEqual([
        "aggregation_layer.transactions_as_was",
      ]);
      const reader = createPool({ url: database.url, role: "reader", isReadOnly: true }, silentLogger);
      try {
        expect((await readModel(reader)).lineage).toEqual(lineage);
      } finally {
        await reader.end();
      }
    }),
  );

  test(
    "leads to every table of the star, every rollup and every view, from files or from what is noted of their loads, each step once",
    inModel(({ tables, lineage }) => {
      const names = tables.map(({ schema, name }) => `${schema}.${name}`);
      const reached = new Set(lineage.map(({ to }) => said(to)));
      const unreached = tables.filter(
        ({ kind, schema, name }) => kind !== "operations" && !reached.has(`${schema}.${name}`),
      );
      expect(unreached).toEqual([]);
      const starts = lineage.map(({ from }) => said(from)).filter((from) => !reached.has(from));
      const outsideTheStar = starts.filter((start) => !start.startsWith("operations."));
      expect(new Set(outsideTheStar)).toEqual(new Set(SOURCES));
      const unknown = lineage.flatMap(({ from, to }) => [from, to]).map(said);
      expect(unknown.filter((place) => ![...SOURCES, ...names].includes(place))).toEqual([]);
      expect(new Set(lineage.map(({ from, to }) => `${said(from)} ${said(to)}`)).size).toBe(lineage.length);
    }),
  );

  test(
    "says of each kind of file which tables it feeds: those that loads of it change, and of the rollups that the fact does",
    inModel(async ({ lineage, tables }, warehouse) => {
      const changed = await changedBySource(warehouse);
      const fed = (source: string) =>
        lineage.filter(({ from }) => said(from) === source).map(({ to }) => said(to));
      const rollups = tables
        .filter(({ kind }) => kind === "rollup")
        .map(({ schema, name }) => `${schema}.${name}`);
      expect(changed.stores).toEqual(new Set(fed("stores")));
      expect(changed.devices).toEqual(new Set(fed("devices")));
      expect(changed.transactions).toEqual(new Set([...fed("transactions"), ...rollups]));
      for (const rollup of rollups)
        expect(into(lineage, rollup)).toEqual(["ingestion_layer.fct_transactions"]);
    }),
  );
});

/** Tables of the star and rollups that two loads of each kind of file change: one of something new, one of other values. */
async function changedBySource(warehouse: Warehouse): Promise<Record<SourceName, Set<string>>> {
  const changed = { stores: new Set<string>(), devices: new Set<string>(), transactions: new Set<string>() };
  const tables = readSchema().tables.filter(({ kind }) => !["view", "operations"].includes(kind));
  const files: readonly (readonly [SourceName, string, string])[] = [
    ["stores", "stores-2022-01-01.csv", storesFile({ id: 1 })],
    ["devices", "devices-2022-01-01.csv", devicesFile({ id: 1 })],
    ["transactions", "transactions-2022-03-01.csv", transactionsFile({ id: 1 })],
    ["stores", "stores-2022-04-01.csv", storesFile({ id: 1, name: "The Corner" })],
    ["devices", "devices-2022-04-01.csv", devicesFile({ id: 1, type: 2 })],
    ["transactions", "transactions-2022-04-01.csv", transactionsFile({ id: 1, amount: "3.00" })],
  ];
  for (const [source, name, text] of files) {
    const before = await databaseDump(warehouse);
    await warehouse.files.write(name, text);
    await warehouse.ingest();
    const after = await databaseDump(warehouse);
    for (const table of tables.map((each) => `${each.schema}.${each.name}`))
      if (before.get(table) !== after.get(table)) changed[source].add(table);
  }
  return changed;
}
