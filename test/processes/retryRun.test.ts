import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { run, runForJson } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace, query } from "./workplace.ts";

jest.setTimeout(180_000);

test("a run is done once more with its own options, or the command says which are not", async () => {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  await addSampleFiles(place);
  const { environment, dataDir } = place;
  const json = (...args: string[]) => runForJson<Record<string, unknown>>([...args, "--json"], environment);
  const file = join(dataDir, "transactions.csv");
  const range = ["--from-id", "10", "--to-id", "20"];
  await json("ingest");
  await json("ingest", "--file", file, "--as-of", "2026-01-02T03:04:05Z", ...range);
  await json("ingest", "--select", "aggregation_layer");
  await json("replay", "--reason", "bad_amount", "--reason", "day_first");

  await json("job", "verify");
  await json("checks", "--select", "dim_stores");
  await json("ingest", "--select", "devices,daily_sales", "--select", "+stores");

  for (const runId of ["1", "2", "3", "4", "5", "6", "7"]) await json("runs", "retry", runId);

  const runs = await query<{ job: string; parameters: unknown }>(
    url,
    "SELECT job, parameters FROM operations.runs ORDER BY run_id",
  );
  expect(runs.slice(7)).toEqual(runs.slice(0, 7));
  expect(runs[1]?.parameters).toEqual({
    ...{ files: [file], as_of: "2026-01-02T03:04:05.000Z", from_id: 10, to_id: 20 },
  });

  const said = await run(["runs", "retry", "2"], environment);
  expect(said.stderr).toContain(
    `run 2 once more: npm run job:ingest -- --file ${file} --as-of 2026-01-02T03:04:05.000Z --from-id 10 --to-id 20`,
  );
  await json("undo");
  await expect(run(["runs", "retry", "16"], environment)).resolves.toMatchObject({
    exitCode: 2,
    stderr:
      "usage_invalid: Run 16 is of undo: only loads, replays, checks and the daemon's jobs are run again.\n",
  });
  await expect(run(["runs", "retry", "99"], environment)).resolves.toMatchObject({
    exitCode: 2,
    stderr: "usage_invalid: There is no run 99. The latest are shown by: npm run runs\n",
  });
});
