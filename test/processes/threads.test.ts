import { statSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { trials } from "../fixtures/trials.ts";
import { addGeneratedFiles, expectTruth } from "./generatedFiles.ts";
import { naturalRows } from "./naturalRows.ts";
import { runForJson } from "./programs.ts";
import { holdServer, migratedWorkplace, type Workplace } from "./workplace.ts";

jest.setTimeout(300_000);

const ROWS = 70_000;
/** Some come after higher ids, some again, some cannot be loaded: in any chunk. */
const DEFECTS = ["--late", "0.02", "--repeated", "0.01", "--broken", "0.005", "--orphan", "0.005"];
/** Tokens and digests are to be the same on each server. */
const KEY = "5eed".repeat(16);
/** As many chunks as there are reads of the file. */
const settings = ({ environment }: Workplace, workers: number) => ({
  ...environment,
  CARD_TOKEN_KEY: KEY,
  LEDGER_KEY: KEY,
  CHUNK_RECORDS: "1",
  WORKERS: String(workers),
});

test("the warehouse is the same, to the byte, whatever the number of threads, and says what is true", async () => {
  const first = await migratedWorkplace();
  const truth = await addGeneratedFiles(first, ROWS, 3, DEFECTS);
  // Smaller files are loaded without threads.
  expect(statSync(join(first.dataDir, "transactions.csv")).size).toBeGreaterThan(8 << 20);

  const load = async (place: Workplace, workers: number) => {
    const url = await holdServer(place);
    const report = await runForJson<{ files: unknown[] }>(["ingest", "--json"], settings(place, workers));
    expect(report.files.at(-1)).toMatchObject({
      records_read: truth.records.transactions,
      loaded: truth.valid.transactions,
      already_present: truth.repeated,
      rejected: truth.broken + truth.orphans,
    });
    return { url, rows: await naturalRows(url) };
  };
  const one = await load(first, 1);
  await expectTruth(truth, first, one.url);
  expect(one.rows).toMatchObject({ facts: { rows: ROWS }, quarantine: { rows: ROWS / 100 } });
  expect(one.rows["ranges"]?.rows).toBeGreaterThan(8);
  for (const workers of [2, 4].slice(trials({ quick: 1, all: 0 }))) {
    const place = await migratedWorkplace();
    await cp(first.dataDir, place.dataDir, { recursive: true });
    expect((await load(place, workers)).rows).toEqual(one.rows);
  }
});
