import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { eventually } from "./eventually.ts";
import { run, runForJson, start } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace, query } from "./workplace.ts";

jest.setTimeout(120_000);

const FIVE = [
  "top_10_stores_by_amount",
  "top_10_products_sold",
  "average_amount_by_typology_and_country",
  "transaction_share_by_device_type",
  "time_to_fifth_transaction",
];

test("what was loaded can be read as table, JSON and CSV, with its history", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  await addSampleFiles(place);
  await runForJson(["ingest", "--json"], place.environment);

  const answers = await runForJson<Record<string, Record<string, unknown>[]>>(
    ["answers", "--format", "json"],
    place.environment,
  );
  expect(Object.keys(answers)).toEqual(expect.arrayContaining(FIVE));
  const top = answers["top_10_stores_by_amount"] ?? [];
  expect(top.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(top[0]?.["transacted_amount"]).toMatch(/^\d+\.\d\d$/);

  const one = await runForJson(
    ["answers", "--format", "json", "--view", "top_10_stores_by_amount"],
    place.environment,
  );
  expect(one).toEqual({ top_10_stores_by_amount: top });

  const csv = await run(
    ["answers", "--view", "transaction_share_by_device_type", "--format", "csv"],
    place.environment,
  );
  expect(csv.stdout.trim().split("\n")).toEqual([
    "device_type,transactions,percentage",
    ...(answers["transaction_share_by_device_type"] ?? []).map(
      (row) => `${String(row["device_type"])},${String(row["transactions"])},${String(row["percentage"])}`,
    ),
  ]);

  const table = await run(["answers", "--view", "daily_sales"], place.environment);
  expect(table).toMatchObject({ exitCode: 0, stderr: "" });
  expect(table.stdout).toContain("Daily sales  (daily_sales)");

  const { runs } = await runForJson<{ runs: unknown[] }>(["runs", "--json"], place.environment);
  expect(runs).toEqual([
    expect.objectContaining({ run_id: 1, job: "ingest", status: "succeeded", loaded: 1800, error: null }),
  ]);
  await expect(runForJson(["verify", "--json"], place.environment)).resolves.toMatchObject({
    status: "verified",
    differences: [],
  });
  await expect(runForJson(["rejects", "--json"], place.environment)).resolves.toMatchObject({ total: 0 });
});

test("rejected records are no error, and rejects tells where they stand and what to do", async () => {
  const place = await migratedWorkplace();
  await writeFile(join(place.dataDir, "devices.csv"), "id,type,store_id\n1,2,77\n2,nine,77\n");
  const environment = { ...place.environment, MAX_REJECT_RATIO: "1" };
  await expect(runForJson(["ingest", "--json"], environment)).resolves.toMatchObject({
    loaded: 0,
    rejected: 2,
  });
  const rejects = await runForJson<{ records: unknown[] }>(["rejects", "--json"], environment);
  expect(rejects).toMatchObject({ total: 2 });
  expect(rejects.records).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ file: "devices.csv", line: 2, reason: "unknown_store", state: "waiting" }),
      expect.objectContaining({ file: "devices.csv", line: 3, column: "type", state: "rejected" }),
    ]),
  );
});

test("a file that cannot be loaded gives exit code 1, with the report on stdout all the same", async () => {
  const place = await migratedWorkplace();
  await writeFile(join(place.dataDir, "devices.csv"), "serial,owner\n1,2\n");
  const { exitCode, stdout } = await run(["ingest", "--json"], place.environment);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    status: "failed",
    files: [{ path: "devices.csv", status: "failed" }],
  });
});

describe("verify", () => {
  test("gives exit code 1 and names what differs", async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    await addSampleFiles(place);
    await runForJson(["ingest", "--json"], place.environment);
    await query(url, "DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 7");

    const asJson = await run(["verify", "--json"], place.environment);
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ status: "different" });
    const asTable = await run(["verify"], place.environment);
    expect(asTable).toMatchObject({ exitCode: 1, stderr: "" });
    expect(asTable.stdout).toContain("transactions.csv");
  });

  test("hashes the files again when it is told to", async () => {
    const place = await migratedWorkplace();
    await holdServer(place);
    await addSampleFiles(place);
    await runForJson(["ingest", "--json"], place.environment);
    const args = ["verify", "--files", "--json"];
    await expect(runForJson(args, place.environment)).resolves.toMatchObject({
      status: "verified",
      files: 3,
      differences: [],
    });
    const sound = await run(["verify", "--files"], place.environment);
    expect(sound.stdout).toContain("All 3 files hold what was loaded of them.");
    await rm(join(place.dataDir, "stores.csv"));

    const asJson = await run(args, place.environment);
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      status: "different",
      files: 3,
      differences: [{ check: "bytesOfFiles", subject: "stores.csv (file 1)", expected: "gone" }],
    });
    const asTable = await run(["verify", "--files"], place.environment);
    expect(asTable).toMatchObject({ exitCode: 1, stderr: "" });
    expect(asTable.stdout).toMatch(/bytesOfFiles .* stores\.csv \(file 1\) .* gone/);
    await expect(runForJson(["verify", "--json"], place.environment)).resolves.toMatchObject({
      differences: [],
    });
  });
});

test("a reader that leaves early ends nothing", async () => {
  const place = await migratedWorkplace();
  await addSampleFiles(place);
  const ingest = start("cli", ["ingest"], place.environment);
  ingest.child.stdout.destroy();
  ingest.child.stderr.destroy();
  await expect(ingest.ended).resolves.toMatchObject({ exitCode: 0, signal: null });
  const { runs } = await runForJson<{ runs: unknown[] }>(["runs", "--json"], place.environment);
  expect(runs).toEqual([expect.objectContaining({ status: "succeeded", loaded: 1800 })]);
});

test.each([
  { command: "why 1", table: "ingestion_layer.dim_stores" },
  { command: "answers --view top_10_stores_by_amount", table: "aggregation_layer.rollup_stores" },
  { command: "runs", table: "operations.runs" },
])("$command that is cut off from the database says so, under its code", async ({ command, table }) => {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  await addSampleFiles(place);
  await runForJson(["ingest", "--json"], place.environment);
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  try {
    await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const program = start("cli", command.split(" "), place.environment);
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name LIKE 'tillhouse%' AND wait_event_type = 'Lock'`;
    await eventually("it waits, and is cut off", async () => (await query(url, cut)).length > 0);
    const { exitCode, stdout, stderr } = await program.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^database_connection_lost: The connection to the database broke /);
  } finally {
    await holder.end();
  }
});
