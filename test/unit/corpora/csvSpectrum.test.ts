import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readCsv } from "./readCsv.ts";

const folder = dirname(createRequire(import.meta.url).resolve("csv-spectrum/package.json"));
const names = readdirSync(join(folder, "csvs")).map((name) => basename(name, ".csv"));
/** Its fields hold quotes that nothing opens; and what the suite has as its answer is of another file. */
const MALFORMED = "location_coordinates";

const csvOf = (name: string): Buffer => readFileSync(join(folder, "csvs", `${name}.csv`));

describe("csv-spectrum", () => {
  test("has the cases that are told of here", () => {
    expect(names).toHaveLength(12);
    expect(names).toContain(MALFORMED);
  });

  test.each(names.filter((name) => name !== MALFORMED))("is read exactly: %s", async (name) => {
    const expected = JSON.parse(readFileSync(join(folder, "json", `${name}.json`), "utf8")) as object[];
    const read = await readCsv(csvOf(name));
    if ("refusal" in read) throw new Error(read.refusal);
    const [header = [], ...rows] = read;
    expect(header).toEqual(Object.keys(expected[0] ?? {}));
    expect(rows).toEqual(expected.map((row) => Object.values(row) as unknown));
  });

  test(`is rejected where a quote is stray, not guessed at: ${MALFORMED}`, async () => {
    const header = ["Contact Phone Number", "Location Coordinates", "Cities", "Counties"];
    expect(await readCsv(csvOf(MALFORMED))).toEqual([header, "stray_quote"]);
  });
});
