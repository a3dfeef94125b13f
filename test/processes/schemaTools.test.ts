import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { root } from "./programs.ts";

jest.setTimeout(180_000);

let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), "tillhouse-tools-"));
  for (const path of [
    ".config",
    "prisma",
    "src",
    "test/fixtures",
    "test/bench",
    "package.json",
    "README.md",
  ]) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
});
afterEach(async () => {
  await rm(copy, { recursive: true, force: true });
});

/** Runs a tool of .config in the copy of the project. */
function runTool(name: string, ...args: string[]) {
  const loader = join(copy, "test", "fixtures", "typescriptLoader.mjs");
  const line = ["--import", loader, join(copy, ".config", name), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, line, { cwd: copy, encoding: "utf8" });
  return { exitCode: status, stdout, stderr };
}

async function edit(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(copy, path), "utf8");
  expect(text).toMatch(from);
  await writeFile(join(copy, path), text.replace(from, to));
}

describe("db:drift", () => {
  test("names a column, a view and a rule that differ, and nothing else: the rest agrees", async () => {
    const rules = "prisma/migrations/20261123160100_rules_of_the_rows/migration.sql";
    await edit(rules, /CREATE INDEX quarantine_waiting_for_store [^;]*;/, "");
    await edit("prisma/schema.prisma", "/// Kind of shop,", "extra Int?\n  /// Kind of shop,");
    await edit("prisma/schema.prisma", /unitsSold +BigInt/, "unitsSold Int");
    const { exitCode, stdout } = runTool("checkDrift.mjs");
    expect(exitCode).toBe(1);
    expect(stdout.match(/^DRIFT /gm)).toHaveLength(3);
    expect(stdout).toContain("Added column `extra`");
    expect(stdout).toMatch(/DRIFT +view top_10_products_sold\n.*units_sold bigint.*\n.*units_sold integer/);
    expect(stdout).toMatch(/DRIFT +quarantine_waiting_for_store \(partial index\) is in no migration/);
  });
});

describe("docs", () => {
  test("names each document that is not what the code says, writes them anew, and is content then", async () => {
    await edit(
      "src/config/settings.ts",
      /example: "2000",\s+default: "2000"/,
      'example: "2000", default: "3000"',
    );
    await edit("src/cli/upkeepCommands.ts", '.option("--port <n>"', '.option("--other").option("--port <n>"');
    await edit("src/sources/reasons.ts", "A required field is empty.", "A field is empty.");
    await edit(
      "src/lib/knownErrors.ts",
      "database_full: {\n    exitCode: EXIT_CODES.failed",
      "database_full: {\n    exitCode: EXIT_CODES.usage",
    );
    await edit("prisma/schema.prisma", "/// Kind of shop,", "extra Int?\n  /// Kind of shop,");

    const checked = runTool("docs/docs.ts", "--check");
    expect(checked).toMatchObject({ exitCode: 1, stdout: "" });
    const drifted = [
      "README.md (commands)",
      "README.md (settings)",
      "README.md (reasons)",
      "README.md (errors)",
      "README.md (er-diagram)",
      "src/cli/REFERENCE.md",
      "prisma/DATA_DICTIONARY.md",
    ];
    expect(checked.stderr).toBe(
      drifted.map((name) => `${name} is not what the code says. Run: npm run docs\n`).join(""),
    );

    const written = runTool("docs/docs.ts");
    expect(written).toMatchObject({ exitCode: 0, stderr: "" });
    expect(written.stdout).toBe(drifted.map((name) => `${name} was written anew.\n`).join(""));
    expect(await readFile(join(copy, "README.md"), "utf8")).toContain("| `SETTLE_MS` | `3000` |");
    expect(runTool("docs/docs.ts", "--check", "README.md", "src/cli/REFERENCE.md")).toEqual({
      exitCode: 0,
      stdout: "7 documents are what the code says.\n",
      stderr: "",
    });
  });

  test("names the documents that there are when it is asked for another", () => {
    const { exitCode, stderr } = runTool("docs/docs.ts", "LICENSE");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "Nothing in LICENSE is made of the code, but in README.md, src/cli/REFERENCE.md, prisma/",
    );
  });
});
