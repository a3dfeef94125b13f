import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { TEST_CARDS, UNISSUED_PREFIX } from "../../src/generator/cards.ts";
import { addGeneratedFiles } from "../processes/generatedFiles.ts";
import { run, type Ended } from "../processes/programs.ts";
import { migratedWorkplace } from "../processes/workplace.ts";

jest.setTimeout(300_000);

/** A test card, or any number that no issuer has, also in groups of four. */
const CARDS = new RegExp(
  [
    ...TEST_CARDS,
    ...TEST_CARDS.map((card) => card.replace(/(\d{4})(?=\d)/g, "$1[ -]")),
    `${UNISSUED_PREFIX}\\d{10}`,
    "9999[ -]99\\d\\d[ -]\\d{4}[ -]\\d{4}",
  ].join("|"),
  "g",
);
const cardsIn = (text: string): number => text.match(CARDS)?.length ?? 0;

/** Files below a folder in which a card stands in plain digits. */
async function filesWithCards(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (cardsIn(await readFile(path, "latin1")) > 0) found.push(path);
  }
  return found;
}

/** Records that hold a card where none belongs. */
const MISPLACED = [
  "70001,1,4242424242424242,3770009015052,Catering,1.00,accepted,4242424242424242,123,05/01/2024 9:00:00,05/01/2024 9:00:00",
  "70002,1,Menu 4111 1111 1111 1111,3770009015052,5555555555554444,1.00,accepted,,,05/01/2024 9:00:00,05/01/2024 9:00:00",
  "70003,4012888888881881,Menu,3770009015052,Catering,1.00,4000056655665556,378282246310005,123,05/01/2024 9:00:00,05/01/2024 9:00:00",
  "4242424242424242,1,Menu,3770009015052,Catering,4111111111111111,accepted",
  "70004,1,Menu,4242424242424242,Catering,1.00,accepted,4242424242424242,123,4111111111111111,05/01/2024 9:00:00",
  '70005,1,"Menu 5555555555554444,3770009015052,Catering,1.00,accepted,4242424242424242',
];

test("no card number of the input is in any file of STATE_DIR, nor in anything that is printed", async () => {
  const place = await migratedWorkplace();
  await addGeneratedFiles(place, 12_000);
  const file = join(place.dataDir, "transactions.csv");
  await appendFile(file, `${MISPLACED.join("\n")}\n`);
  // The search is able to find them.
  expect(cardsIn(await readFile(file, "latin1"))).toBeGreaterThan(12_000);

  const environment = { ...place.environment, LOG_LEVEL: "debug", CHUNK_RECORDS: "3000" };
  const said: Ended[] = [];
  for (const args of [
    ["ingest", "--json"],
    ["ingest"],
    ["answers", "--format", "json"],
    ["rejects", "--json"],
    ["rejects"],
    ["runs", "--json"],
    ["verify", "--json"],
  ]) {
    said.push(await run(args, environment));
  }
  expect(said.map(({ exitCode }) => exitCode)).toEqual(said.map(() => 0));
  expect(JSON.parse(said[0]?.stdout ?? "")).toMatchObject({ status: "succeeded" });
  expect(JSON.parse(said[3]?.stdout ?? "")).toHaveProperty("total", expect.any(Number));
  expect(said.filter(({ stdout, stderr }) => cardsIn(stdout + stderr) > 0)).toEqual([]);
  // The server has stopped by now: tables, indexes, write-ahead log and its own log are all on disk.
  expect(await filesWithCards(place.stateDir)).toEqual([]);
});
