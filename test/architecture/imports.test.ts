import { describe, expect, test } from "@jest/globals";
import { importCycles, LEVELS, missingImports, wrongWayImports } from "./importRules.ts";
import { readSources } from "./sourceModules.ts";

const sources = readSources(["src", "jobs"]);
const isGenerated = (path: string): boolean => path.startsWith("src/database/generated/");
const sample = (files: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(files));

describe("imports of src and jobs", () => {
  test("are found at all", () => {
    expect(sources.size).toBeGreaterThan(80);
    expect(sources.has("src/cli.ts") && sources.has("jobs/ingest.ts")).toBe(true);
  });

  test("run one way: down the levels, never between siblings", () => {
    expect(wrongWayImports(sources)).toEqual([]);
  });

  test("form no cycle", () => {
    expect(importCycles(sources)).toEqual([]);
  });

  test("name files that are there", () => {
    expect(missingImports(sources, isGenerated)).toEqual([]);
  });
});

describe("the rule of the levels", () => {
  test.each([
    ["upwards", "src/database/pool.ts", 'import { a } from "../runs/runLog.ts";', "imports upwards,"],
    [
      "upwards to jobs",
      "src/quality/verify.ts",
      'import { a } from "../../jobs/job.ts";',
      "imports upwards,",
    ],
    [
      "a type upwards",
      "src/lib/clock.ts",
      'import type { A } from "../config/settings.ts";',
      "imports upwards,",
    ],
    ["a sibling", "src/ingestion/loadFile.ts", 'import "../quality/verify.ts";', "imports its sibling"],
    [
      "a sibling, by export",
      "src/sources/cards.ts",
      'export * from "../runs/runLog.ts";',
      "imports its sibling",
    ],
    ["upwards, late", "src/lib/clock.ts", 'void import("../config/settings.ts");', "imports upwards,"],
    ["upwards, by require", "src/lib/clock.ts", 'require("../config/settings.ts");', "imports upwards,"],
    ["upwards, in a type", "src/lib/clock.ts", 'type A = import("../config/a.ts").A;', "imports upwards,"],
    ["a part nobody knows", "src/lib/clock.ts", 'import "../extras/a.ts";', "which is in no part"],
    ["outside", "src/lib/clock.ts", 'import "../../test/fixtures/a.ts";', "which is in no part"],
  ])("refuses %s", (_name, path, text, finding) => {
    expect(wrongWayImports(sample({ [path]: text }))).toEqual([expect.stringContaining(finding)]);
  });

  test("refuses a module that has no place", () => {
    expect(wrongWayImports(sample({ "src/extras/a.ts": "" }))).toEqual([
      "src/extras/a.ts is in no part that DESIGN knows",
    ]);
  });

  test.each([
    [
      "src/commands/ingest.ts",
      'import "../../jobs/ingest.ts"; import "./output.ts"; import "../lib/clock.ts";',
    ],
    ["jobs/ingest.ts", 'import "./job.ts"; import "../src/sources/cards.ts"; import "node:fs"; import "pg";'],
    ["src/config/settings.ts", 'import "../lib/logger.ts";'],
    ["src/scheduler.ts", 'import "./daemon.ts";'],
  ])("allows what %s does", (path, text) => {
    expect(wrongWayImports(sample({ [path]: text }))).toEqual([]);
  });

  test("knows each part once", () => {
    const parts = LEVELS.flat();
    expect(new Set(parts).size).toBe(parts.length);
  });
});

describe("the rules about cycles and missing files", () => {
  test("find a cycle once, whatever leads to it", () => {
    const files = sample({
      "src/runs/a.ts": 'import "./b.ts";',
      "src/runs/b.ts": 'import type { C } from "./c.ts";',
      "src/runs/c.ts": 'import "./b.ts"; import "./d.ts";',
      "src/runs/d.ts": "",
    });
    expect(importCycles(files)).toEqual(["src/runs/b.ts → src/runs/c.ts → src/runs/b.ts"]);
  });

  test("find an import of nothing, and leave generated code alone", () => {
    const files = sample({
      "src/runs/a.ts": 'import "./b.ts"; import "../database/generated/client.ts";',
    });
    expect(missingImports(files, isGenerated)).toEqual([
      "src/runs/a.ts imports src/runs/b.ts, which is not there",
    ]);
  });
});
