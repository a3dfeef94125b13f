import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { sqlFile } from "../../src/database/sqlFile.ts";
import { onServer } from "../fixtures/testRun.ts";
import { testServerUrl } from "../fixtures/testServer.ts";

const folder = mkdtempSync(join(tmpdir(), "tillhouse-sql-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function written(text: string): URL {
  const path = join(folder, "statement.sql");
  writeFileSync(path, text);
  return pathToFileURL(path);
}

test("values travel beside a statement, names of ours are in it", async () => {
  const text = `-- Not :this, nor :"that".
    SELECT :"column"::text AS name, :value::text AS value FROM :"table" WHERE :"column" = 'pg_class' AND :value <> 'x'`;
  const statement = sqlFile(written(text), { column: "relname", table: "pg_catalog.pg_class" });
  const value = "'; DROP TABLE a; --";
  await onServer(await testServerUrl(), async (client) => {
    expect((await statement.run(client, { value })).rows).toEqual([{ name: "pg_class", value }]);
    expect(() => statement.run(client)).toThrow("needs the parameter :value");
  });
});

test("several names stand as a list", async () => {
  const columns = ["nspname", "oid"];
  const statement = sqlFile(written(`SELECT :"columns" FROM pg_namespace LIMIT 1`), { columns });
  await onServer(await testServerUrl(), async (client) => {
    const { fields } = await statement.run(client);
    expect(fields.map(({ name }) => name)).toEqual(columns);
  });
});

test.each([
  { key: "a b" },
  { key: 'a"' },
  { key: "a;b" },
  { key: "A" },
  { key: "a.b.c" },
  { key: "1a" },
  { key: "" },
  { key: [] },
  { key: ["a", "b c"] },
  {},
])(
  "what is no name of ours is refused when the statement is read: %j",
  (identifiers: Record<string, string | string[]>) => {
    expect(() => sqlFile(written('SELECT :"key"'), identifiers)).toThrow('needs a name for :"key"');
  },
);
