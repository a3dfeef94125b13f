import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { run, runForJson } from "./programs.ts";
import { holdServer, migratedWorkplace } from "./workplace.ts";

jest.setTimeout(180_000);

interface RunsJson {
  readonly runs: readonly {
    readonly files: readonly {
      readonly path: string;
      readonly compared_with: string | null;
      readonly schema_changes: readonly object[] | null;
    }[];
  }[];
}

test("changed columns are printed line by line, kept with the run, and refused where that is asked for", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  const write = (name: string, content: string) => writeFile(join(place.dataDir, name), content);
  const ingest = (environment = {}) =>
    run(["ingest", "--select", "ingestion_layer"], { ...place.environment, ...environment });
  await write("devices-1.csv", "id,type,store_id,owner\n1,1,1,Ann\n");
  await ingest();
  await write("devices-2.csv", "id,type,store_id,place\n2,one,1,door\n");

  const refused = await ingest({ SCHEMA_CHANGES: "devices=fail" });

  const lines =
    "devices-2.csv has other columns than devices-1.csv, the last devices file before it:\n" +
    "  type: type, number before, now text\n" +
    "  vanished: owner\n" +
    "  appeared: place (text)\n";
  expect([refused.exitCode, refused.stdout]).toEqual([1, expect.stringContaining(lines)]);
  expect(refused.stdout).toContain("To let it in: SCHEMA_CHANGES=warn npm run job:ingest");
  const loaded = await ingest({ MAX_REJECT_RATIO: "1" });
  expect([loaded.exitCode, loaded.stdout]).toEqual([0, expect.stringContaining(lines)]);

  const { runs } = await runForJson<RunsJson>(["runs", "--json"], place.environment);
  expect(runs.map(({ files }) => files)).toMatchObject([
    [{ path: "devices-2.csv", compared_with: "devices-1.csv", schema_changes: [{}, {}, {}] }],
    [{ path: "devices-2.csv", compared_with: "devices-1.csv", schema_changes: [{}, {}, {}] }],
    [{ path: "devices-1.csv", compared_with: null, schema_changes: null }],
  ]);
  const wrong = await ingest({ SCHEMA_CHANGES: "sales=fail" });
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("SCHEMA_CHANGES must be")]);
});
