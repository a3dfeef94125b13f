import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { holdLoads } from "./heldLoad.ts";
import { run, runForJson, start } from "./programs.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(300_000);

async function write({ dataDir }: Workplace, name: string, text: string): Promise<void> {
  await writeFile(join(dataDir, name), text);
}

/** A shop with two runs: a sale, and its correction with one more sale. */
async function twoRuns(): Promise<{ place: Workplace; url: string }> {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  await write(place, "stores.csv", storesFile({ id: 1 }));
  await write(place, "devices.csv", devicesFile({ id: 1 }));
  await write(place, "transactions-2026-01-01.csv", transactionsFile({ id: 1, amount: "1.00" }));
  expect((await run(["ingest", "--json"], place.environment)).exitCode).toBe(0);
  const corrected = transactionsFile({ id: 1, amount: "2.00" }, { id: 2 });
  await write(place, "transactions-2026-01-02.csv", corrected);
  expect((await run(["ingest", "--json"], place.environment)).exitCode).toBe(0);
  return { place, url };
}

const amounts = async (url: string): Promise<string[]> =>
  (
    await query<{ amount: string }>(
      url,
      "SELECT amount FROM ingestion_layer.fct_transactions ORDER BY transaction_id",
    )
  ).map(({ amount }) => amount);

test("undo says what it took back, run by run, and which files load again; runs shows it", async () => {
  const { place, url } = await twoRuns();

  const first = await runForJson(["undo", "--json"], place.environment);

  expect(first).toMatchObject({
    run_id: 3,
    status: "succeeded",
    undone: {
      ...{ run_id: 2, job: "ingest", facts_removed: 1, facts_restored: 1, rejects_removed: 0 },
      files: ["transactions-2026-01-02.csv"],
    },
  });
  expect(await amounts(url)).toEqual(["1.00"]);
  // A new card token key between two runs is nothing that is in the way.
  expect((await run(["card-key", "rotate"], place.environment)).exitCode).toBe(0);
  const { exitCode, stdout } = await run(["undo"], place.environment);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Run 1 of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d is taken back/);
  expect(stdout).toContain("  transactions-2026-01-01.csv\n");
  expect(await amounts(url)).toEqual([]);
  expect((await run(["undo"], place.environment)).stdout).toBe("No run is left that changed anything.\n");
  const { runs } = await runForJson<{ runs: { run_id: number; status: string }[] }>(
    ["runs", "--json"],
    place.environment,
  );
  expect(runs.filter(({ status }) => status === "undone").map(({ run_id: id }) => id)).toEqual([2, 1]);
  expect((await run(["ingest", "--json"], place.environment)).exitCode).toBe(0);
  expect(await amounts(url)).toEqual(["2.00", "10.00"]);
  expect((await run(["verify"], place.environment)).exitCode).toBe(0);
});

test("an undo that is killed in its middle has taken nothing back, and can be done again", async () => {
  const { place, url } = await twoRuns();
  const hold = await holdLoads(url);
  const undo = start("cli", ["undo", "--json"], place.environment);
  // By then it has changed facts, rollups and quarantine.
  await hold.untilOneWaits();

  undo.child.kill("SIGKILL");
  await undo.ended;
  await hold.letGo();

  expect(await amounts(url)).toEqual(["2.00", "10.00"]);
  expect((await run(["verify"], place.environment)).exitCode).toBe(0);
  expect(await runForJson(["undo", "--json"], place.environment)).toMatchObject({
    undone: { run_id: 2, facts_removed: 1, facts_restored: 1 },
  });
  expect(await amounts(url)).toEqual(["1.00"]);
  expect((await run(["verify"], place.environment)).exitCode).toBe(0);
});
