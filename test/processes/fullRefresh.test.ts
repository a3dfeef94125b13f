import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { devicesFile, storesFile, transactionRecords, transactionsFile } from "../fixtures/sourceText.ts";
import { holdLoads } from "./heldLoad.ts";
import { run, runForJson, start } from "./programs.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(300_000);

/** A shop with two sales, in files of their own. */
async function openShop(): Promise<{ place: Workplace; url: string }> {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  const write = (name: string, text: string) => writeFile(join(place.dataDir, name), text);
  await write("stores.csv", storesFile({ id: 1 }));
  await write("devices.csv", devicesFile({ id: 1 }));
  await write("transactions-1.csv", transactionsFile({ id: 1 }));
  await write("transactions-2.csv", transactionsFile({ id: 2 }));
  expect((await run(["ingest", "--json"], place.environment)).exitCode).toBe(0);
  return { place, url };
}

const RUNS_OF_FACTS =
  "SELECT transaction_id::integer AS id, run_id FROM ingestion_layer.fct_transactions ORDER BY 1";

describe("job:ingest --full-refresh", () => {
  test("says what was rebuilt, then the usual table and the answers; rehearsed, what would be", async () => {
    const { place, url } = await openShop();
    const before = await query(url, RUNS_OF_FACTS);

    const dry = await run(["ingest", "--full-refresh", "--dry-run"], place.environment);
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toMatch(/^\nDry run succeeded in /);
    expect(dry.stdout).toContain(
      "The warehouse would be rebuilt from 4 files: 2 transactions, 1 stores, 1 devices.\n",
    );
    expect(dry.stdout).toContain("This was a dry run");
    expect(await query(url, RUNS_OF_FACTS)).toEqual(before);

    await appendFile(join(place.dataDir, "transactions-2.csv"), transactionRecords({ id: 3 }));
    const { exitCode, stdout } = await run(["ingest", "--full-refresh"], place.environment);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\nRun \d+ succeeded in /);
    expect(stdout).toContain("The warehouse is rebuilt from 4 files: 3 transactions, 1 stores, 1 devices.\n");
    expect(stdout).toContain("top_10_stores_by_amount");
    const [first] = await query<{ run_id: number }>(url, RUNS_OF_FACTS);
    expect(first?.run_id).toBeGreaterThan(1);
    expect((await run(["verify", "--files"], place.environment)).exitCode).toBe(0);
    const undo = await run(["undo"], place.environment);
    expect(undo).toMatchObject({ exitCode: 1, stdout: "" });
    expect(undo.stderr).toContain("it rebuilt everything from the files");
  });

  test("refuses with exit code 1 what it would lose, and goes on without it where that is allowed", async () => {
    const { place, url } = await openShop();
    await rm(join(place.dataDir, "transactions-1.csv"));

    const refused = await run(["ingest", "--full-refresh", "--json"], place.environment);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      status: "failed",
      error: {
        code: "files_missing",
        message: expect.stringMatching(
          /transactions-1\.csv \(gone\)\. .* 1 transaction, .* --allow-missing$/,
        ),
      },
    });
    expect(await query(url, RUNS_OF_FACTS)).toHaveLength(2);

    const args = ["ingest", "--full-refresh", "--allow-missing", "--json"];
    expect(await runForJson(args, place.environment)).toMatchObject({
      ...{ status: "succeeded", full_refresh: true, missing: ["transactions-1.csv"], loaded: 3 },
    });
    expect(await query(url, RUNS_OF_FACTS)).toMatchObject([{ id: 2 }]);
    expect((await run(["verify"], place.environment)).exitCode).toBe(0);
  });

  test("killed in the middle has changed nothing, and can be done again", async () => {
    const { place, url } = await openShop();
    const before = await query(url, RUNS_OF_FACTS);
    const hold = await holdLoads(url);
    const refresh = start("cli", ["ingest", "--full-refresh"], place.environment);
    // By then it has removed all facts.
    await hold.untilOneWaits();

    refresh.child.kill("SIGKILL");
    await refresh.ended;
    await hold.letGo();

    expect(await query(url, RUNS_OF_FACTS)).toEqual(before);
    expect((await run(["verify"], place.environment)).exitCode).toBe(0);
    expect(await runForJson(["ingest", "--full-refresh", "--json"], place.environment)).toMatchObject({
      ...{ status: "succeeded", loaded: 4 },
    });
    expect(await query(url, "SELECT status FROM operations.runs ORDER BY run_id")).toEqual([
      { status: "succeeded" },
      { status: "killed" },
      { status: "succeeded" },
    ]);
    expect((await run(["verify"], place.environment)).exitCode).toBe(0);
  });
});
