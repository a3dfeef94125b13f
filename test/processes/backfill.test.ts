import { describe, expect, jest, test } from "@jest/globals";
import { addGeneratedFiles, expectTruth } from "./generatedFiles.ts";
import { eventually } from "./eventually.ts";
import { run, runForJson, start } from "./programs.ts";
import pg from "pg";
import { HOLD_UP_CHUNKS } from "../fixtures/otherConnection.ts";
import { holdServer, migratedWorkplace, query } from "./workplace.ts";

jest.setTimeout(180_000);

const ROWS = 2_000;
const RANGE = ["--from-id", "101", "--to-id", "200"];
const FACTS = `
  SELECT count(*)::integer AS facts, min(transaction_id)::integer AS first, max(transaction_id)::integer AS last
  FROM ingestion_layer.fct_transactions`;

const LOADERS = "SELECT wait_event_type FROM pg_stat_activity WHERE application_name = 'tillhouse loader'";

/** Holds chunks up that have written their facts. */
async function holdChunks(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("BEGIN");
  await client.query(HOLD_UP_CHUNKS);
  return client;
}

describe("job:ingest with a range", () => {
  test("killed in the middle is done again, and the next run loads the rest", async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    const truth = await addGeneratedFiles(place, ROWS);
    await runForJson(["ingest", "--json", "--to-date", "1970-01-01"], place.environment);
    // The stores and devices are there: what is held up is the backfill.
    expect(await query(url, FACTS)).toEqual([{ facts: 0, first: null, last: null }]);

    const holder = await holdChunks(url);
    const load = start("cli", ["ingest", ...RANGE], place.environment);
    await eventually("the backfill waits in the middle of a chunk", async () =>
      (await query<{ wait_event_type: string }>(url, LOADERS)).some((one) => one.wait_event_type === "Lock"),
    );
    load.child.kill("SIGKILL");
    await load.ended;
    await holder.end();
    await eventually("its session has ended", async () => (await query(url, LOADERS)).length === 0);
    expect(await query(url, FACTS)).toEqual([{ facts: 0, first: null, last: null }]);

    const { exitCode, stdout } = await run(
      ["ingest", ...RANGE, "--select", "ingestion_layer"],
      place.environment,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("transactions.csv: 1900 other records are out of range.");
    expect(await query(url, FACTS)).toEqual([{ facts: 100, first: 101, last: 200 }]);
    await runForJson(["ingest", "--json"], place.environment);
    await expectTruth(truth, place, url);
  });
});
