import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { migrationsNamed } from "../../../fixtures/factViews.ts";

interface Statement {
  readonly text: string;
  readonly before: number;
  readonly bounds: boolean;
}

/** The launcher's modules are plain JavaScript. */
const url = new URL("../../../../prisma/engine/statementsOf.mjs", import.meta.url).href;
const { statementsOf } = (await import(url)) as {
  statementsOf: (script: string) => Promise<readonly Statement[]>;
};
const textsOf = async (script: string): Promise<string[]> =>
  (await statementsOf(script)).map(({ text }) => text.trim());

/** The first of a script has none, the others may. */
const withoutFirstComment = (text: string): string => text.replace(/^[^A-Z]*?(?=[A-Z])/, "");

const STATEMENTS = [
  "SELECT 'a;b''c;'",
  `-- one; two\nALTER TABLE "a;b" ADD COLUMN c text DEFAULT E'\\';'`,
  "DO $$ BEGIN PERFORM 1; END $$",
  "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT $$x;y$$; $body$",
  "/* a; b */ SELECT 2",
  "/* a; /* b; */ c; */ SELECT 'é; 🌷'",
  "CREATE FUNCTION g() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
  "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; DELETE FROM v)",
  'SELECT "end" FROM atomic',
];

describe("a script", () => {
  test("is cut where a statement ends, and nowhere else", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1 }), async (statements) => {
        for (const script of [`${statements.join(";\n")};\n-- the end;\n`, statements.join(" ; ; ")]) {
          const texts = await textsOf(script);
          expect(texts.map(withoutFirstComment)).toEqual(statements.map(withoutFirstComment));
        }
      }),
    ));

  test("without a statement comes to none", async () => {
    expect(await textsOf(" ;; -- nothing\n /* at; /* all */ */")).toEqual([]);
  });

  test("tells how many characters are before a statement, and whether it bounds a transaction", async () => {
    const script = "BEGIN; SELECT '🌷é';\nCOMMIT AND CHAIN; SAVEPOINT a; SELECT 2";
    const statements = await statementsOf(script);
    expect(statements.map(({ bounds }) => bounds)).toEqual([true, false, true, true, false]);
    for (const { text, before } of statements) {
      const from = Array.from(script).slice(before).join("");
      expect(from.startsWith(text)).toBe(true);
    }
  });

  test("that PostgreSQL does not take is an error", async () => {
    await expect(textsOf("SELECT 1; SELCT 2")).rejects.toThrow('syntax error at or near "SELCT"');
    await expect(textsOf("SELECT 1; /* /* */ SELECT 2")).rejects.toThrow("unterminated /* comment");
  });
});

test("every migration there is comes to statements, each of which is one by itself", async () => {
  for (const [name, script] of await migrationsNamed(/^\d/)) {
    const statements = await statementsOf(script);
    expect(statements.length).toBeGreaterThan(0);
    for (const { text } of statements) expect([name, await textsOf(text)]).toEqual([name, [text.trim()]]);
  }
});

test("what to install is said where the parser is not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-engine-"));
  try {
    // Outside of the project, nothing finds its packages.
    const alone = join(folder, "statementsOf.mjs");
    await copyFile(fileURLToPath(url), alone);
    const script = `const { statementsOf } = await import(${JSON.stringify(pathToFileURL(alone).href)}); await statementsOf("SELECT 1")`;
    await expect(
      promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { cwd: folder }),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining("libpg-query is not installed (npm install "),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
