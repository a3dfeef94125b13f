import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, jest, test } from "@jest/globals";
import { root, run } from "./programs.ts";

jest.setTimeout(180_000);

const spread = { median: expect.any(Number), min: expect.any(Number), max: expect.any(Number) };

/** What `--json` says of a side whose every load ended like Tillhouse's. */
const side = (step: string) => ({
  seconds: spread,
  rows_per_second: expect.any(Number),
  end_state_differences: [],
  steps: expect.arrayContaining([{ name: step, ms: spread }]),
  runs: [expect.objectContaining({ seconds: expect.any(Number) })],
});

test("the bench times the sides on a server of its own, says so as one JSON object, and leaves nothing", async () => {
  // It needs what is built, and tells when that is old.
  await expect(run(["--version"])).resolves.toBeDefined();
  const temporary = await mkdtemp(join(tmpdir(), "tillhouse-bench-test-"));
  try {
    const loader = join(root, "test/fixtures/typescriptLoader.mjs");
    const bench = join(root, "test/bench/bench.ts");
    const options = ["--rows", "2000", "--runs", "1", "--sides", "tillhouse,handwritten", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", loader, bench, ...options], {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: temporary },
    });

    const report = JSON.parse(stdout) as { ratios: { handwritten: number } };
    expect(report).toMatchObject({
      status: "same_end_state",
      machine: { cpus: expect.any(Number), node: process.versions.node, postgresql: expect.any(String) },
      runs: 1,
      workers: null,
      skipped: [],
      growth: null,
      comparisons: [
        {
          rows: 2_000,
          sides: { tillhouse: side("load transactions.csv"), handwritten: side("05_copyTransactions") },
        },
      ],
    });
    expect(report.ratios.handwritten).toBeGreaterThan(0);
    expect(await readdir(temporary)).toEqual([]);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
});
