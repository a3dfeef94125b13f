import { describe, expect, test } from "@jest/globals";
import { readSources } from "./sourceModules.ts";
import {
  defaultExports,
  emptyNames,
  environmentReaders,
  inlineStatements,
  unfixedStatements,
  unquotedDynamicSql,
} from "./styleRules.ts";

const sources = readSources(["src", "jobs"]);
const one = (text: string, path = "src/runs/a.ts"): ReadonlyMap<string, string> => new Map([[path, text]]);

/** Modules with statements of their own, and why they are not in a `.sql` file. */
const INLINE: Readonly<Record<string, string>> = {
  "src/database/embedded/serverHold.ts": "administers a server that may not have our database yet",
  "src/database/migrations.ts": "asks Prisma's own table, before any of ours is known to exist",
  "src/database/openDatabase.ts": "asks whether a server answers",
  "src/database/oneTransaction.ts": "BEGIN, COMMIT, ROLLBACK",
  "src/database/preparedPool.ts": "asks a server which version it is",
  "src/database/roles/roleStatements.ts": "GRANT and the like: names and verbs are the whole statement",
  "src/database/snapshot.ts": "a setting of a transaction",
  "src/database/distribution/wholeCommits.ts": "COMMIT",
  "src/database/transactionBounds.ts": "BEGIN, COMMIT, ROLLBACK, and the same inside of a transaction",
  "src/ingestion/aheadOfTurn.ts": "begins a transaction that ends elsewhere, and keeps it awake meanwhile",
};
/**
 * Where a statement's text is put together: `create database`, `create role` and `grant` take names in no other way. They are
 * constants, or quoted.
 */
const BUILT = ["src/database/embedded/serverHold.ts", "src/database/roles/roleStatements.ts"];
const COPY = /^COPY \S+ \([^)]*\) FROM STDIN/;
const SHORT = 300;

/** Where a text that is not written out on the spot is sent, and why no value can be part of it. */
const SENDS: Readonly<Record<string, string>> = {
  "src/database/connectionWatch.ts": "watches `query`: hands on what that is handed",
  "src/database/sqlFile.ts": "the text of a .sql file, values beside it; names are ours and are checked",
  "src/ingestion/sendCopy.ts": "hands on what its callers write out",
  "src/ingestion/recordBatch.ts": "the COPY of a source, written out where the source is",
  "src/database/roles/roleStatements.ts":
    "GRANT takes names in no other way: of a list or the catalogue, and quoted",
  "src/database/roles/setUpRoles.ts": "what that makes of them",
};

describe("src and jobs", () => {
  test("read the environment in src/config only", () => {
    expect(environmentReaders(sources)).toEqual([]);
  });

  test("export names, never a default", () => {
    expect(defaultExports(sources)).toEqual([]);
  });

  test("have files whose names say their subject, tests and tools as well", () => {
    const others = [...readSources(["test", "prisma"]).keys()];
    expect(emptyNames([...sources.keys(), ...others])).toEqual([]);
  });

  test("keep SQL in .sql files, but for short statements of the listed modules", () => {
    // COPY is half a statement: its columns stand beside the code that writes the rows that follow it.
    const statements = inlineStatements(sources).filter(({ text }) => !COPY.test(text));
    expect([...new Set(statements.map(({ path }) => path))].sort()).toEqual(Object.keys(INLINE).sort());
    expect(statements.filter(({ text }) => text.length > SHORT)).toEqual([]);
    expect(statements.filter(({ path, isBuilt }) => isBuilt && !BUILT.includes(path))).toEqual([]);
  });

  test("send PostgreSQL texts that no value can be part of", () => {
    const modules = unfixedStatements(sources).map((place) => place.replace(/:\d+$/, ""));
    expect([...new Set(modules)].sort()).toEqual(Object.keys(SENDS).sort());
    const sql = readSources(["src", "jobs", "prisma"], /\.sql$/);
    expect(sql.size).toBeGreaterThan(50);
    expect(unquotedDynamicSql(sql)).toEqual([]);
  });
});

describe("the rules", () => {
  test.each([
    "const a = process.env.A;",
    'const a = process.env["A"];',
    'const a = process["env"];',
    "const { env } = process;",
    "const { env: e, argv } = process;",
    'import { env } from "node:process";',
  ])("find a reader of the environment: %s", (text) => {
    expect(environmentReaders(one(text))).toEqual(["src/runs/a.ts:1"]);
    expect(environmentReaders(one(text, "src/config/a.ts"))).toEqual([]);
  });

  test("leave other uses of the process alone", () => {
    const text = "process.exitCode = 1; const { argv } = process; const b = settings.env;";
    expect(environmentReaders(one(text))).toEqual([]);
  });

  test.each([
    "export default 1;",
    "export default function a() {}",
    "export default class {}",
    "const a = 1; export { a as default };",
    'export { default } from "./b.ts";',
  ])("find a default export: %s", (text) => {
    expect(defaultExports(one(text))).toEqual(["src/runs/a.ts:1"]);
  });

  test("find names that say nothing", () => {
    const bad = [
      "src/utils/a.ts",
      "src/runs/runHelpers.ts",
      "src/lib/common.ts",
      "jobs/base.ts",
      "src/db-util.ts",
    ];
    const good = ["src/database/pool.ts", "src/runs/baseline.ts", "jobs/ingest.ts"];
    expect(emptyNames([...bad, ...good])).toEqual(bad);
  });

  test.each([
    "`SELECT a FROM b`",
    '"select 1"',
    '"\\n  INSERT INTO a VALUES (1)"',
    '"UPDATE a SET b = 1"',
    '"SET work_mem = 1"',
    '"COPY a (b) FROM STDIN"',
    '"commit"',
  ])("find a statement: %s", (literal) => {
    expect(inlineStatements(one(`run(${literal});`))).toEqual([
      expect.objectContaining({ path: "src/runs/a.ts", isBuilt: false }),
    ]);
  });

  test("tell a statement that is put together", () => {
    expect(inlineStatements(one("run(`DELETE FROM a WHERE b = ${value}`);"))).toEqual([
      { path: "src/runs/a.ts", text: "DELETE FROM a WHERE b = ${value}", isBuilt: true },
    ]);
  });

  test("take no sentence for a statement", () => {
    const text =
      'say("Set DATABASE_URL to a server.", "With a file as well", `Select ${one} of them`, "update");';
    expect(inlineStatements(one(text))).toEqual([]);
  });

  test.each([
    "client.query(`DELETE FROM a WHERE b = ${value}`);",
    'client.query("SELECT " + name);',
    "pool.query(text);",
    'pool.query("SELECT 1".concat(value));',
    "client.query({ text });",
    "client.query(TEXTS[name]);",
    "client.query(copyFrom(`COPY ${table} FROM STDIN`));",
    "client.query(new Cursor(text));",
    "sendCopy(client, statement, blocks);",
    "prisma.$queryRaw`SELECT 1`;",
    "prisma.$executeRawUnsafe(text);",
    "import { escapeLiteral } from 'pg';",
  ])("find a text that may depend on a value: %s", (text) => {
    expect(unfixedStatements(one(text))).toEqual(["src/runs/a.ts:1"]);
  });

  test("let a text pass that is written out, or made of constants", () => {
    const text =
      'a.query("SELECT 1"); b.query(`LOCK ${TABLE}`, [c]); d.query(copyFrom(COPY_FACTS)); sendCopy(e, COPY_FACTS, f); g.run(h);';
    expect(unfixedStatements(one(text))).toEqual([]);
  });

  test.each([
    "EXECUTE statement;",
    "EXECUTE 'DROP TABLE ' || name;",
    "EXECUTE format('DROP TABLE %s', name);",
    "EXECUTE format('DROP TABLE %I', name) || tail;",
  ])("find dynamic SQL without quotes: %s", (text) => {
    expect(unquotedDynamicSql(one(text, "a.sql"))).toHaveLength(1);
  });

  test("let dynamic SQL pass that quotes all it takes, and triggers", () => {
    const text =
      "EXECUTE format('DROP TABLE IF EXISTS %I.%I', a, b);\nCREATE TRIGGER t EXECUTE FUNCTION f(); -- EXECUTE x;";
    expect(unquotedDynamicSql(one(text, "a.sql"))).toEqual([]);
  });
});
