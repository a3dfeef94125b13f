import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { requireBuild } from "../fixtures/requireBuild.ts";
import { eventually } from "./eventually.ts";
import { root, run, start, startCommand, type Program } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(120_000);

const NOWHERE = { STATE_DIR: "/nowhere/at/all", DATA_DIR: "/nowhere/at/all" };

/** An export's connection that waits for a lock. */
const WAITS = "application_name = 'tillhouse job' AND wait_event_type = 'Lock'";

async function loadedWorkplace(): Promise<{ place: Workplace; url: string }> {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  await addSampleFiles(place);
  const { exitCode, stderr } = await run(["ingest", "--select", "ingestion_layer"], place.environment);
  if (exitCode !== 0) throw new Error(stderr);
  return { place, url };
}

describe("export", () => {
  test("writes to stdout and nothing else there, or to a file, whole, compressed by its name", async () => {
    const { place } = await loadedWorkplace();
    const { environment, dataDir: folder } = place;
    const onStdout = await run(["export", "top_10_products_sold"], environment);
    expect(onStdout.exitCode).toBe(0);
    expect(onStdout.stdout).toMatch(/^rank,product_sku,product_name,units_sold,transacted_amount\n1,/);
    const answers = await run(["answers", "--view", "top_10_products_sold", "--format", "csv"], environment);
    expect(onStdout.stdout).toBe(answers.stdout);

    const [plain, zipped] = [join(folder, "products.csv"), join(folder, "products.ndjson.gz")];
    const written = await run(["export", "top_10_products_sold", "--out", plain], environment);
    expect(written).toMatchObject({
      exitCode: 0,
      stdout: `10 rows of top_10_products_sold are in ${plain}.\n`,
    });
    expect(await readFile(plain, "utf8")).toBe(onStdout.stdout);
    await run(["export", "top_10_products_sold", "--out", zipped], environment);
    const lines = gunzipSync(await readFile(zipped))
      .toString()
      .trim()
      .split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { rank: number }).rank)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);

    const again = await run(["export", "daily_sales", "--out", plain], environment);
    expect(again).toMatchObject({ exitCode: 2, stdout: "" });
    expect(again.stderr).toContain(`${plain} is there already: name another file, or add --force`);
    expect(await readFile(plain, "utf8")).toBe(onStdout.stdout);
    await run(["export", "daily_sales", "--out", plain, "--force"], environment);
    expect(await readFile(plain, "utf8")).toMatch(/^calendar_date,/);
    const files = (await readdir(folder)).filter((name) => name.includes("products"));
    expect(files.sort()).toEqual(["products.csv", "products.ndjson.gz"]);
  });

  test("ends quietly when whoever reads it leaves early", async () => {
    const { place } = await loadedWorkplace();
    requireBuild();
    const line = `"${process.execPath}" "${join(root, "dist", "cli.js")}" export transactions_as_was | head -n 1`;
    const { exitCode, stdout, stderr } = await startCommand("bash", ["-o", "pipefail", "-c", line], place)
      .ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^transaction_id,[^\n]*\n$/);
  });

  test.each([
    [
      "stopped",
      "run_stopped",
      async ({ child }: Program) => {
        child.kill("SIGTERM");
        await Promise.resolve();
      },
    ],
    [
      "cut off from the database",
      "database_connection_lost",
      async (_program: Program, url: string) => {
        await query(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${WAITS}`);
      },
    ],
  ])("that is %s leaves no file, and the one that was there", async (_how, code, breakOff) => {
    const { place, url } = await loadedWorkplace();
    const out = join(place.folder, "sales.csv");
    await writeFile(out, "as it was\n");
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    try {
      await holder.query("BEGIN; LOCK TABLE ingestion_layer.dim_stores IN ACCESS EXCLUSIVE MODE");
      const program = start(
        "cli",
        ["export", "transactions_as_was", "--out", out, "--force"],
        place.environment,
      );
      await eventually("the export waits", async () => {
        const waiting = await query(url, `SELECT FROM pg_stat_activity WHERE ${WAITS}`);
        return waiting.length > 0;
      });
      await breakOff(program, url);
      const { exitCode, stdout, stderr } = await program.ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(code);
    } finally {
      await holder.end();
    }
    expect(await readFile(out, "utf8")).toBe("as it was\n");
    expect((await readdir(place.folder)).filter((name) => name.includes("sales"))).toEqual(["sales.csv"]);
  });

  test("that finds no room leaves no file, and on stdout says that not all is there", async () => {
    const { place } = await loadedWorkplace();
    requireBuild();
    const out = join(place.folder, "sales.csv");
    const line = `"${process.execPath}" "${join(root, "dist", "cli.js")}" export transactions_as_was`;
    const withoutRoom = (command: string) =>
      startCommand("bash", ["-c", `ulimit -f 16; ${command}`], place).ended;

    expect(await withoutRoom(`${line} --out "${out}"`)).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: `file_unwritable: ${out} cannot be written (EFBIG). Nothing of it is left.\n`,
    });
    expect((await readdir(place.folder)).filter((name) => name.includes("sales"))).toEqual([]);

    expect(await withoutRoom(`${line} > "${out}"`)).toMatchObject({
      exitCode: 1,
      stderr: "file_unwritable: stdout cannot be written (EFBIG): not all of it is there.\n",
    });
  });

  test("that is stopped while nobody reads it ends", async () => {
    const { place } = await loadedWorkplace();
    const program = start("cli", ["export", "transactions_as_was"], place.environment);
    program.child.stdout.pause();
    await once(program.child.stdout, "readable");
    program.child.kill("SIGTERM");
    const exitCode = await new Promise((resolve) => program.child.once("exit", resolve));
    expect(exitCode).toBe(1);
    program.child.stdout.resume();
    expect((await program.ended).stderr).toContain("run_stopped");
  });

  test("puts no file in the place of a pipe", async () => {
    const { place } = await loadedWorkplace();
    // Not a device: a program that is wrong would take it from everybody.
    const pipe = join(place.folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const { exitCode, stderr } = await run(
      ["export", "daily_sales", "--out", pipe, "--force"],
      place.environment,
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `usage_invalid: ${pipe} is no file, and is not replaced: name a file, or leave --out out and send stdout there\n`,
    });
    expect((await stat(pipe)).isFIFO()).toBe(true);
  });

  test("goes by the name of the file, in capitals too, unless a format is named; a link leads to its file", async () => {
    const { place } = await loadedWorkplace();
    const exported = async (...args: readonly string[]): Promise<void> => {
      const { exitCode, stderr } = await run(["export", ...args], place.environment);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    };
    const [zipped, named, link] = ["Days.JSON.GZ", "days.json", "latest.csv"].map((name) =>
      join(place.folder, name),
    ) as [string, string, string];
    await exported("aggregation_layer.daily_sales", "--out", zipped);
    expect(JSON.parse(gunzipSync(await readFile(zipped)).toString())).toHaveLength(823);
    await exported("daily_sales", "--format", "csv", "--out", named);
    expect(await readFile(named, "utf8")).toMatch(/^calendar_date,/);
    await symlink(named, link);
    await exported("product_performance", "--out", link, "--force");
    expect(await readFile(named, "utf8")).toMatch(/^product_sku,/);
    expect(await readlink(link)).toBe(named);
  });

  test.each([
    [
      ["daily_sale"],
      /No view is called "daily_sale": is it daily_sales\? There are: top_10_stores_by_amount, /,
    ],
    [[""], /No view is called ""\. There are: /],
    [["fct_transactions"], /fct_transactions is a table, and what leaves is views/],
    [["ingestion_layer.dim_stores"], /dim_stores is a table, and what leaves is views/],
    [["daily_sales", "--format", "xml"], /Allowed choices are csv, json, ndjson/],
    [
      ["daily_sales", "--out", "/nowhere/at/all.csv"],
      /\/nowhere\/at\/all\.csv cannot be written \(ENOENT\): its folder is not there/,
    ],
    [["daily_sales", "--out", join(root, "package.json", "a.csv")], /a\.csv cannot be written \(ENOTDIR\)/],
    [["daily_sales", "--out", join(root, "package.json")], /package\.json is there already/],
    [["daily_sales", "--out", root, "--force"], /is no file, and is not replaced/],
    [["daily_sales", "--out", ""], /--out needs the name of a file/],
  ])("of %j is wrong usage", async (args, message) => {
    const { exitCode, stdout, stderr } = await run(["export", ...args], NOWHERE);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
