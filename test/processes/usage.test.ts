import { describe, expect, test } from "@jest/globals";
import { loadedModules, TELLING_MODULES } from "./loadedModules.ts";
import { run, start } from "./programs.ts";

const KEY = "ab".repeat(32);
const SECRET = "s3cret-pw";
const SERVER = `postgresql://till:${SECRET}@127.0.0.1:1/shop`;
/** Where nothing may be made: wrong usage is found before anything is opened. */
const NOWHERE = { STATE_DIR: "/nowhere/at/all", DATA_DIR: "/nowhere/at/all" };

describe("--help", () => {
  test.each([
    "",
    "ingest",
    "answers",
    "export",
    "runs",
    "rejects",
    "verify",
    "schedule",
    "why",
    "card-key",
    "health",
    "migrate",
    "stop",
    "generate",
  ])("of tillhouse %s tells what it does, on stdout", async (command) => {
    const { exitCode, stdout, stderr } = await run([...(command === "" ? [] : [command]), "--help"], NOWHERE);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`Usage: tillhouse ${command}`.trim());
  });

  test("loads no database code, no logger and no configuration", async () => {
    const help = start("cli", ["--help"], { ...NOWHERE, ...TELLING_MODULES });
    const modules = await loadedModules(help);
    expect(await help.ended).toMatchObject({ exitCode: 0 });
    expect(modules).toContainEqual(expect.stringMatching(/node_modules\/commander\//));
    expect(modules).not.toContainEqual(
      expect.stringMatching(
        /node_modules\/(pg|pg-\w+|@prisma|prisma|winston|zod|fast-csv|node-cron|fastify)\//,
      ),
    );
    expect(modules).not.toContainEqual(expect.stringMatching(/src\/(database|config|runs|ingestion)\//));
  });
});

describe("wrong usage gives exit code 2 and says what would be right", () => {
  test.each([
    ["ingest --nope", /unknown option '--nope'/],
    ["frobnicate", /unknown command 'frobnicate'/],
    ["answers --view nope", /No view is called nope\. There are: top_10_stores_by_amount, /],
    ["answers --format xml", /Allowed choices are table, json, csv/],
    ["answers --format csv", /CSV holds one view: add --view/],
    [
      "ingest --select store",
      /called "store": is it stores\? There are: ingestion_layer, aggregation_layer, /,
    ],
    ["ingest --select stores,ingestion_layer", /--select ingestion_layer is a whole half of the pipeline/],
    ["ingest --select stores --full-refresh", /--full-refresh rebuilds everything, .*: leave --select out/],
    ["ingest --list --dry-run --file a.csv", /--list says what .*: leave --file, --dry-run out/],
    ["answers --select stores+ --view daily_sales", /--view names one view, .*: leave one of them out/],
    ["answers --select ingestion_layer", /here it takes parts of the pipeline by name/],
    ["verify --select rollup_days --files", /--select about rollups: leave one of them out/],
    ["ingest --select aggregation_layer --file a.csv", /leave --file out/],
    ["ingest --select aggregation_layer --as-of 2026-05-01", /leave --as-of out/],
    ["ingest --select aggregation_layer --dry-run --file a.csv", /leave --file, --dry-run out/],
    ["ingest --select aggregation_layer --from-id 1", /leave --from-id out/],
    ["ingest --select aggregation_layer --full-refresh", /reads no file: leave --full-refresh out/],
    ["ingest --full-refresh --file a.csv", /loads all files again, .*: leave --file out/],
    ["ingest --full-refresh --as-of 2026-05-01 --to-id 3", /leave --as-of, --to-id out/],
    ["ingest --allow-missing", /--allow-missing says what --full-refresh may go on without: give both/],
    ["ingest --from-id 20 --to-id 10", /--from-id is after --to-id: .* --from-id 1000 --to-id 1999/],
    ["ingest --from-date 2026-11-04 --to-date 2026-11-03", /--from-date is after --to-date: /],
    ["ingest --from-date yesterday", /--from-date takes a day such as 2026-11-03/],
    ["ingest --to-date 2026-02-30", /--to-date takes a day such as 2026-11-03/],
    ["ingest --to-id x", /an id of at most 14 digits is needed, such as 1234/],
    ["why 99999999999999999999", /an id of at most 14 digits is needed, such as 1234/],
    ["why 12a", /an id of at most 14 digits is needed, such as 1234/],
    ["runs --limit many", /a whole number is needed/],
    ["runs today", /too many arguments/],
    ["generate --rows 1", /required option '--seed <n>'/],
    ["generate --rows 1 --seed 1 --out /tmp/x --late 2", /a share from 0 to 1/],
  ])("%s", async (line, message) => {
    const { exitCode, stdout, stderr } = await run(line.split(" "), NOWHERE);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("no command at all", async () => {
    await expect(run([], NOWHERE)).resolves.toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("wrong settings give exit code 2 and one line that names the setting", () => {
  test.each([
    ["INGEST_CRON", "often"],
    ["TIMEZONE", "Mars/Olympus"],
    ["SOURCE_TIMEZONE", "Mars/Olympus"],
    ["SOURCE_DATE_ORDER", "ymd"],
    ["MAX_REJECT_RATIO", "2"],
    ["SETTLE_MS", "soon"],
    ["CHUNK_RECORDS", "0"],
    ["MAX_RECORD_BYTES", "1"],
    ["LOG_LEVEL", "loud"],
    ["HTTP_HOST", "everywhere"],
    ["HTTP_PORT", "web"],
    ["HTTP_TOKEN", "too-short"],
    ["CARD_TOKEN_KEY", "too-short"],
    ["DATABASE_URL", `mysql://till:${SECRET}@host/shop`],
  ])("%s=%s", async (name, value) => {
    for (const program of [
      start("cli", ["ingest"], { ...NOWHERE, [name]: value }),
      start("scheduler", [], { ...NOWHERE, [name]: value }),
    ]) {
      const { exitCode, stdout, stderr } = await program.ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain(`${name} must be `);
      expect(stderr).not.toContain(SECRET);
      expect(stderr).not.toContain("too-short");
    }
  });

  test("DATABASE_URL without CARD_TOKEN_KEY", async () => {
    const { exitCode, stderr } = await run(["ingest"], { ...NOWHERE, DATABASE_URL: SERVER });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^config_invalid: CARD_TOKEN_KEY is required with DATABASE_URL\..*\n$/);
  });
});

describe("a server that cannot be reached", () => {
  test.each([SERVER, `postgresql://till:${SECRET}@no-such-host.invalid/shop`])(
    "gives exit code 1, its place and never its password (%#)",
    async (url) => {
      const environment = { ...NOWHERE, DATABASE_URL: url, CARD_TOKEN_KEY: KEY };
      for (const program of [
        start("cli", ["ingest", "--json"], environment),
        start("scheduler", [], environment),
      ]) {
        const { exitCode, stdout, stderr } = await program.ended;
        expect(exitCode).toBe(1);
        expect(stderr).toContain(new URL(url).hostname);
        expect(stdout + stderr).not.toContain(SECRET);
      }
    },
  );
});
