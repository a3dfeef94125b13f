import { expect, test } from "@jest/globals";
import { migrationsNamed } from "../../../fixtures/factViews.ts";

/** The launcher's modules are plain JavaScript. */
const url = new URL("../../../../prisma/engine/statementsOf.mjs", import.meta.url).href;
const { statementsOf } = (await import(url)) as { statementsOf: (script: string) => string[] };

test("a script is cut where a statement ends, and nowhere else", () => {
  const statements = [
    "SELECT 'a;b''c;'",
    `\n-- one; two\nALTER TABLE "a;b" ADD COLUMN c text DEFAULT E'\\';'`,
    "\nDO $$ BEGIN PERFORM 1; END $$",
    "\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT $$x;y$$; $body$",
    " /* a; b */ SELECT 2",
  ];
  expect(statementsOf(`${statements.join(";")};\n-- the end;\n`)).toEqual(statements);
  expect(statementsOf(" ;; -- nothing\n")).toEqual([]);
  expect(statementsOf("SELECT 1")).toEqual(["SELECT 1"]);
});

test("every migration there is comes to statements that begin with a verb", async () => {
  for (const [name, script] of await migrationsNamed(/^\d/)) {
    const statements = statementsOf(script);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      const text = statement.replace(/--[^\n]*\n/g, "").trim();
      expect([name, text]).toEqual([
        name,
        expect.stringMatching(
          /^(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|WITH|LOCK|SET|DO|REVOKE|GRANT|ANALYZE|COMMENT|SELECT)\b/,
        ),
      ]);
    }
  }
});
