import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { RIGHTS } from "../../../../src/database/roles/rights.ts";
import { SUM_ROLLUPS } from "../../../../src/database/rollups.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const TABLE = String.raw`((?:ingestion_layer|aggregation_layer|operations)\.\w+)`;

const HISTORIES = ["ingestion_layer.dim_stores_history", "ingestion_layer.dim_devices_history"];
const ROLLUPS = Object.values(SUM_ROLLUPS).map(({ table }) => table);

/** A statement that is for any of several tables, once for each. */
function ofEach(path: string, text: string): string {
  const each = (placeholder: string, tables: readonly string[]): string =>
    tables.map((table) => text.replaceAll(placeholder, table)).join("\n");
  if (text.includes(':"history"')) return each(':"history"', HISTORIES);
  return path.includes("rollups") ? each(':"table"', ROLLUPS) : text;
}

/** The statements of the program, by file. */
function statements(): ReadonlyMap<string, string> {
  const paths = ["src", "jobs"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".sql") || name.endsWith("copiedFacts.ts"))
      .map((name) => join(folder, name)),
  );
  return new Map(
    paths.map((path) => [path, ofEach(path, readFileSync(join(root, path), "utf8").replace(/--.*$/gm, ""))]),
  );
}

/** `verb table` of everything that is written, or locked as only who may change it can. */
function written(): ReadonlySet<string> {
  // By triggers, whose function is in a migration.
  const found = new Set<string>(["INSERT operations.run_changes"]);
  const add = (verb: string, table: string | undefined): void => {
    if (table !== undefined) found.add(`${verb} ${table}`);
  };
  for (const [path, text] of statements()) {
    // A run is taken back, and all is rebuilt, by the owner; the loader only forgets what was noted of runs.
    if (path.includes("refresh/") || (path.includes("undo/") && !path.includes("undo/forget"))) continue;
    for (const [, table] of text.matchAll(new RegExp(`(?:INSERT INTO|COPY) ${TABLE}`, "g")))
      add("INSERT", table);
    for (const [, table] of text.matchAll(new RegExp(`UPDATE ${TABLE}`, "g"))) add("UPDATE", table);
    for (const [, table] of text.matchAll(new RegExp(`DELETE FROM ${TABLE}`, "g"))) add("DELETE", table);
    for (const [, table] of text.matchAll(new RegExp(`TRUNCATE ${TABLE}`, "g"))) add("TRUNCATE", table);
    for (const [, table, rest = ""] of text.matchAll(new RegExp(`INSERT INTO ${TABLE}([^;]*)`, "g"))) {
      if (rest.includes("DO UPDATE")) add("UPDATE", table);
    }
    for (const [, table, rest = ""] of text.matchAll(new RegExp(`MERGE INTO ${TABLE}([^;]*)`, "g"))) {
      for (const [, verb = ""] of rest.matchAll(/\b(INSERT|UPDATE SET|DELETE)\b/g))
        add(verb.split(" ")[0] ?? "", table);
    }
    for (const [locked] of text.matchAll(
      /\bSELECT\b(?:(?!\bSELECT\b)[^;])*?\bFOR (?:NO KEY |KEY )?(?:SHARE|UPDATE)\b/g,
    )) {
      for (const [, table] of locked.matchAll(new RegExp(`(?:FROM|JOIN) ${TABLE}`, "g")))
        add("UPDATE", table);
    }
  }
  return found;
}

test("the loader may write what its statements write, and no more", () => {
  const granted = Object.entries(RIGHTS.table).flatMap(([table, { loader = [] }]) =>
    loader
      .map((verb) => (typeof verb === "string" ? verb : verb.verb))
      .filter((verb) => verb !== "SELECT")
      .map((verb) => `${verb} ${table}`),
  );
  expect([...written()].sort()).toEqual(granted.sort());
});

test("three statements leave their role and one enters another, each until its own transaction ends", () => {
  const changing = [...statements()].filter(([, text]) =>
    /set_config\('role'|SET (LOCAL |SESSION )?ROLE/i.test(text),
  );
  const entering = "src/database/distribution/enterRole.sql";
  expect(changing.find(([path]) => path === entering)?.[1]).toContain(
    "set_config('role', :role::text, true);",
  );
  const leaving = changing.filter(([path]) => path !== entering);
  expect(leaving.map(([path]) => path).sort()).toEqual([
    "jobs/refreshTable.sql",
    "src/ingestion/dropOrphanedStaging.sql",
    "src/runs/endOrphanedLoaders.sql",
  ]);
  for (const [, text] of leaving) expect(text).toContain("PERFORM set_config('role', 'none', true);");
});
