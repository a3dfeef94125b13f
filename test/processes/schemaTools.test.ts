import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { root } from "./programs.ts";

jest.setTimeout(180_000);

let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), "tillhouse-tools-"));
  for (const folder of [".config", "prisma", "dist", "package.json"]) {
    await cp(join(root, folder), join(copy, folder), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
});
afterEach(async () => {
  await rm(copy, { recursive: true, force: true });
});

/** Runs a tool of .config in the copy of the project. */
function runTool(name: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, ".config", name), ...args], {
    cwd: copy,
    encoding: "utf8",
  });
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

test("docs:diagram draws the star between the markers of a file, and notices when it is another", async () => {
  const page = join(copy, "PAGE.md");
  await writeFile(page, "# Page\n\n<!-- er-diagram -->\n<!-- /er-diagram -->\n\nThe end.\n");
  expect(runTool("erDiagram.mjs", "--check", page).exitCode).toBe(1);
  expect(runTool("erDiagram.mjs", page).exitCode).toBe(0);
  expect(runTool("erDiagram.mjs", "--check", page).exitCode).toBe(0);

  const drawn = await readFile(page, "utf8");
  expect(drawn).toMatch(/^# Page\n\n<!-- er-diagram -->\n\n```mermaid\nerDiagram\n/);
  expect(drawn).toMatch(/<!-- \/er-diagram -->\n\nThe end\.\n$/);
  expect(drawn).toContain("  dim_time ||--o{ fct_transactions : happened_date_key\n");
  expect(drawn).toContain("    bigint transaction_id PK\n");
  expect(drawn).toContain("    integer store_key FK\n");

  await edit("prisma/schema.prisma", "/// Kind of shop,", "extra Int?\n  /// Kind of shop,");
  expect(runTool("erDiagram.mjs", "--check", page)).toMatchObject({ exitCode: 1, stdout: "" });
  await rename(page, `${page}.old`);
  expect(runTool("erDiagram.mjs", "--check", page).stderr).toContain("has no place for the diagram");
});
