import { expect, test } from "@jest/globals";
import { FORMS, isDataFileName, PACKINGS } from "../../../../src/sources/carriers/carriers.ts";

test("a file of data is one by the endings of its name, in any case", () => {
  const names = [
    "a.csv",
    "A.TSV",
    "a.txt",
    "a.ndjson",
    "a.jsonl",
    "a.csv.gz",
    "a.CSV.GZ",
    "a.jsonl.zst",
    "a.b.csv",
    "a.xlsx",
    "a.XLSM",
    // It is said how to save those, and what is packed once more.
    "a.xls",
    "a.xlsb",
    "a.ods",
    "a.xlsx.gz",
  ];
  expect(names.filter((name) => !isDataFileName(name))).toEqual([]);
  const others = [
    "a",
    "csv",
    "a.gz",
    "a.zst",
    "a.json",
    "a.csv.bz2",
    "a.csv.gz.zst",
    "a.csv.part",
    "a.tar.gz",
    "gz",
    "",
  ];
  expect(others.filter(isDataFileName)).toEqual([]);
});

test("no two carriers have a name or an ending in common", () => {
  const names = [...PACKINGS, ...FORMS].map(({ name }) => name);
  const endings = [...PACKINGS.map(({ ending }) => ending), ...FORMS.flatMap((form) => form.endings)];
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(endings).size).toBe(endings.length);
});
