import { describe, expect, jest, test } from "@jest/globals";
import { run } from "./programs.ts";
import { addSampleFiles, freshWorkplace, migratedWorkplace } from "./workplace.ts";

jest.setTimeout(120_000);

const PROMISED = [
  "run_id",
  "status",
  "records_read",
  "loaded",
  "already_present",
  "corrected",
  "superseded",
  "rejected",
  "resolved",
  "warnings",
  "watermark",
  "duration_ms",
  "files",
];
const logLines = (stderr: string): Record<string, unknown>[] =>
  stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the first run, on a machine that has nothing", () => {
  test("makes the database, loads the files and prints one JSON object; the second finds nothing new", async () => {
    const place = await freshWorkplace();
    await addSampleFiles(place);

    const first = await run(["ingest", "--json"], place.environment);
    expect(first).toMatchObject({ exitCode: 0, signal: null });
    const report = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual(expect.arrayContaining(PROMISED));
    expect(report).toMatchObject({
      status: "succeeded",
      records_read: 1800,
      loaded: 1800,
      rejected: 0,
      watermark: 1500,
      files: [
        { source: "stores", path: "stores.csv", status: "loaded", loaded: 100 },
        { source: "devices", path: "devices.csv", status: "loaded", loaded: 200 },
        { source: "transactions", path: "transactions.csv", status: "loaded", loaded: 1500 },
      ],
    });
    expect(logLines(first.stderr)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: "info", message: "transactions.csv: loaded", loaded: 1500 }),
      ]),
    );

    const second = await run(["ingest", "--json"], place.environment);
    expect(second.exitCode).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ records_read: 0, loaded: 0, watermark: 1500 });
    expect(logLines(second.stderr).length).toBeGreaterThan(0);
  });

  test("without --json shows the run and the answers as tables", async () => {
    const place = await migratedWorkplace();
    await addSampleFiles(place);
    const { exitCode, stdout } = await run(["ingest"], place.environment);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\nRun 1 succeeded in [\d.]+ s\n/);
    expect(stdout).toContain("Top 10 stores by transacted amount  (top_10_stores_by_amount)");
    expect(stdout).toContain("(time_to_fifth_transaction)");
  });

  test("with no files succeeds and says that there are none", async () => {
    const place = await migratedWorkplace();
    const { exitCode, stdout, stderr } = await run(["ingest", "--json"], place.environment);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ records_read: 0, loaded: 0, watermark: null, files: [] });
    expect(stderr).toContain("no files found");
  });
});
