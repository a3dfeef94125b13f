import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { projectRoot } from "../../../src/database/projectRoot.ts";

const folder = join(projectRoot, "src", "ingestion");
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

test("every staging table there is would be dropped when its session left it behind", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const made = files
    .filter((path) => path.endsWith("createStaging.sql"))
    .flatMap((path) => [...read(path).matchAll(/^CREATE TEMPORARY TABLE IF NOT EXISTS (\w+)/gm)])
    .map(([, name]) => name);
  const dropped = [...read("dropOrphanedStaging.sql").matchAll(/'((?:staged|judged|new)_\w+)'/g)];

  expect(made.length).toBeGreaterThan(5);
  expect(dropped.map(([, name]) => name).sort()).toEqual(made.sort());
});
