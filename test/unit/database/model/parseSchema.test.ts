import { describe, expect, test } from "@jest/globals";
import { referencesOf, type ModelTable } from "../../../../src/database/model/model.ts";
import { parseSchema } from "../../../../src/database/model/parseSchema.ts";
import { readSchema } from "../../../../src/database/model/readModel.ts";

const { tables, enumerations } = readSchema();

function table(name: string): ModelTable {
  const found = tables.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no table ${name}`);
  return found;
}
const column = (name: string, of: string) => table(of).columns.find((each) => each.name === name);

describe("prisma/schema.prisma", () => {
  test("has tables of each kind, told by their names and schemas", () => {
    const ofKind = (kind: ModelTable["kind"]) =>
      tables.filter((each) => each.kind === kind).map(({ name }) => name);
    expect(ofKind("fact")).toEqual(["fct_transactions"]);
    expect(ofKind("dimension")).toHaveLength(6);
    expect(ofKind("history")).toEqual([
      "fct_transactions_history",
      "dim_stores_history",
      "dim_devices_history",
    ]);
    expect(ofKind("rollup")).toContain("rollup_store_first_sales");
    expect(ofKind("view")).toContain("top_10_stores_by_amount");
    expect(ofKind("operations")).toContain("source_files");
  });

  test("says what each table, view, column, enumeration and value of one means", () => {
    const silent = [
      ...[...tables, ...enumerations].filter(({ description }) => description === "").map(({ name }) => name),
      ...tables.flatMap(({ name, columns }) =>
        columns.filter(({ description }) => description === "").map((each) => `${name}.${each.name}`),
      ),
      ...enumerations.flatMap(({ name, values }) =>
        values.filter(({ description }) => description === "").map((each) => `${name}.${each.name}`),
      ),
    ];
    expect(silent).toEqual([]);
  });

  test("gives columns their names, types and meanings in the database", () => {
    expect(column("amount", "fct_transactions")).toEqual({
      name: "amount",
      type: "numeric(18,2)",
      isNullable: false,
      isUnique: false,
      description: "Amount in the currency's unit; the sources carry one currency.",
    });
    expect(column("store_id", "dim_stores")).toMatchObject({ type: "bigint", isUnique: true });
    expect(column("status", "fct_transactions")).toMatchObject({ type: "transaction_status" });
    expect(column("card_key_id", "fct_transactions")).toMatchObject({ type: "smallint", isNullable: true });
    expect(column("happened_at", "fct_transactions")).toMatchObject({ type: "timestamptz" });
    expect(column("due_at", "job_slots")).toMatchObject({ type: "timestamptz(3)" });
    expect(column("stated_ids", "stated_stretches")).toMatchObject({ type: "int8multirange" });
    expect(column("transaction_ids", "rollup_store_first_sales")).toMatchObject({ type: "bigint[]" });
  });

  test("has keys in their order, and of a view what tells its rows apart", () => {
    expect(table("fct_transactions").key).toEqual(["transaction_id"]);
    expect(table("dim_stores_history").key).toEqual(["store_key", "valid_from"]);
    expect(table("transaction_versions").key).toEqual(["transaction_id", "version_id"]);
    expect(table("top_10_stores_by_amount").key).toEqual(["rank"]);
  });

  test("refers from column to column, by more than one at once too", () => {
    expect(table("fct_transactions").references).toContainEqual({
      columns: ["happened_date_key"],
      to: { schema: "ingestion_layer", name: "dim_time" },
      toColumns: ["date_key"],
      isOptional: false,
    });
    const [stores, versions] = ["dim_stores", "dim_stores_history"].map((name) => ({
      schema: "ingestion_layer",
      name,
    }));
    expect(referencesOf(table("dim_stores_history"), "store_key")).toEqual([
      { to: stores, column: "store_key" },
      { to: versions, column: "store_key" },
    ]);
    expect(referencesOf(table("dim_stores_history"), "valid_to")).toEqual([
      { to: versions, column: "valid_from" },
    ]);
    expect(referencesOf(table("dim_stores_history"), "city")).toEqual([]);
  });

  test("has the values of enumerations", () => {
    expect(enumerations.find(({ name }) => name === "run_status")).toMatchObject({
      schema: "operations",
      description: "How a run or a step stands.",
    });
    expect(enumerations.flatMap(({ values }) => values)).toContainEqual({
      name: "undone",
      description: "Taken back since: nothing of it is left but this log.",
    });
  });
});

describe("the parser", () => {
  test("joins comments of several lines, and takes none for another's", () => {
    const schema = `
/// Not of the model.

/// Grain: one thing,
/// and no other.
model Thing {
  // A remark.
  /// What it is.
  name String @id
  other String?

  @@map("dim_things")
  @@schema("ingestion_layer")
}
`;
    const [thing] = parseSchema(schema).tables;
    expect(thing?.description).toBe("Grain: one thing, and no other.");
    expect(thing?.columns.map(({ name, description }) => [name, description])).toEqual([
      ["name", "What it is."],
      ["other", ""],
    ]);
  });

  const inModel = (...lines: string[]) =>
    `model A {\n${lines.join("\n")}\n@@map("dim_a")\n@@schema("ingestion_layer")\n}\n`;

  test.each([
    ["a line that is no field", inModel("a b c"), "line 2 of the schema cannot be read: a b c"],
    ["a line in no block", "\na String\n", "line 2 of the schema is in no block: a String"],
    ["a type that is not there", inModel("a Shape"), "the schema has no type that is called Shape"],
    ["a key of no field", inModel("a String", "@@id([b])"), "A of the schema has no field b"],
    [
      "a table whose name says nothing",
      inModel("a String").replace("dim_a", "a"),
      "ingestion_layer.a begins with none of fct_, dim_, rollup_",
    ],
  ])("refuses %s", (_what, schema, message) => {
    expect(() => parseSchema(schema)).toThrow(message);
  });
});
