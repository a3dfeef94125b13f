import { describe, expect, jest, test } from "@jest/globals";
import { addGeneratedFiles, expectTruth, leftovers } from "./generatedFiles.ts";
import { holdLoads } from "./heldLoad.ts";
import { eventually } from "./eventually.ts";
import { run, runForJson, start } from "./programs.ts";
import { holdServer, migratedWorkplace, query } from "./workplace.ts";

jest.setTimeout(180_000);

const ROWS = 2_000;
const ROWS_OF_ALL = `
  SELECT
    (SELECT count(*) FROM ingestion_layer.fct_transactions)::integer AS facts,
    (SELECT count(*) FROM ingestion_layer.dim_stores)::integer AS stores,
    (SELECT count(*) FROM operations.runs)::integer AS runs,
    (SELECT count(*) FROM operations.source_files)::integer AS files`;

describe("job:ingest --dry-run", () => {
  test("prints what the load would do, and leaves nothing", async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    const truth = await addGeneratedFiles(place, ROWS, 1, ["--broken", "0.01"]);

    const { exitCode, stdout } = await run(["ingest", "--dry-run"], place.environment);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\nDry run succeeded in /);
    expect(stdout).toContain("Would be rejected");
    expect(stdout).toContain("This was a dry run");
    // The answers are those of what is there: they would say nothing of the files.
    expect(stdout).not.toContain("top_10_stores_by_amount");
    const json = await runForJson(["ingest", "--dry-run", "--json"], place.environment);
    expect(json).toMatchObject({ run_id: null, dry_run: true, status: "succeeded" });
    expect(await query(url, ROWS_OF_ALL)).toEqual([{ facts: 0, stores: 0, runs: 0, files: 0 }]);

    const real = await runForJson<object>(["ingest", "--json"], place.environment);
    const { records_read, loaded, rejected } = json as Record<string, number>;
    expect(real).toMatchObject({ records_read, loaded, rejected });
    await expectTruth(truth, place, url);
  });

  test("killed in the middle leaves nothing either", async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    const truth = await addGeneratedFiles(place, ROWS);
    const holder = await holdLoads(url);

    const load = start("cli", ["ingest", "--dry-run"], place.environment);
    await eventually("the dry run waits in the middle of a chunk", async () => {
      const waiting = await query(
        url,
        "SELECT FROM pg_stat_activity WHERE application_name = 'tillhouse loader' AND wait_event_type = 'Lock'",
      );
      return waiting.length > 0;
    });
    load.child.kill("SIGKILL");
    await load.ended;
    await holder.letGo();

    await eventually("its session has ended", async () => (await leftovers(url)).length === 0);
    expect(await query(url, ROWS_OF_ALL)).toEqual([{ facts: 0, stores: 0, runs: 0, files: 0 }]);
    await runForJson(["ingest", "--json"], place.environment);
    await expectTruth(truth, place, url);
  });
});
