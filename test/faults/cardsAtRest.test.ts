import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { choosePort } from "../../src/database/embedded/choosePort.ts";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { CardSearch, markedCvv, numberedCard } from "../fixtures/cardSearch.ts";
import { devicesFile, storesFile } from "../fixtures/sourceText.ts";
import { holdLoads, serverUrl } from "../processes/heldLoad.ts";
import { start, type Ended, type Environment } from "../processes/programs.ts";
import { addressOf, cookieOf } from "../processes/studioEntry.ts";
import { killServer, NO_SERVER_PROCESSES, postmasterIn } from "../processes/serverProcesses.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "../processes/workplace.ts";
import { trials } from "../fixtures/trials.ts";
import { ALL_SOURCES, CardFiles, MOST_RECORD_BYTES, PLAIN_CVVS } from "./harness/cardFiles.ts";

jest.setTimeout(600_000);

const CARDS = 10_000;
const SALES_OF_A_FAULT = 500;
/** Everything that PostgreSQL can be made to log. */
const TALKATIVE = [
  "log_statement = 'all'",
  "log_min_duration_statement = 0",
  "log_min_messages = 'debug1'",
  "log_min_error_statement = 'debug1'",
  "log_error_verbosity = 'verbose'",
  "log_parameter_max_length = -1",
  "log_parameter_max_length_on_error = -1",
];
/** A CVV by itself, not as a part of a time, a hash or a decimal. */
const PLAIN_CVV = new RegExp(`(?<![0-9A-Za-z.:+-])(${PLAIN_CVVS.join("|")})(?![0-9A-Za-z.:+-])`);

/** Every table and view, ours and PostgreSQL's own, as `COPY … TO` gives it. */
async function copiesOf(url: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', nspname, relname) AS name
       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE relkind IN ('r', 'm') OR (relkind = 'v' AND nspname = 'aggregation_layer')`,
    );
    const copies = new Map<string, string>();
    for (const { name } of rows)
      copies.set(name, await text(client.query(copyTo(`COPY (SELECT * FROM ${name}) TO STDOUT`))));
    return copies;
  } finally {
    await client.end();
  }
}

/** What Studio's address answers: its page, and every table of ours. */
async function studioAnswers(environment: Environment, tables: readonly string[]): Promise<string[]> {
  const port = await choosePort(undefined);
  const studio = start("cli", ["studio", "--port", String(port)], environment);
  const address = await addressOf(studio);
  const { origin } = new URL(address);
  const cookie = await cookieOf(address);
  const answers = [await (await fetch(origin, { headers: { cookie } })).text()];
  for (const table of tables) {
    const body = JSON.stringify({
      procedure: "query",
      query: { sql: `SELECT * FROM ${table}`, parameters: [] },
    });
    const headers = { "content-type": "application/json", origin, cookie };
    const answer = await fetch(`${origin}/bff`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    answers.push(await answer.text());
  }
  studio.child.kill("SIGTERM");
  const { stdout, stderr } = await studio.ended;
  return [stdout, stderr, ...answers];
}

/** A load, and the ways to make one go wrong. */
class Shop {
  readonly files = new CardFiles();
  readonly said: Ended[] = [];
  readonly place: Workplace;
  readonly temporary: string;
  readonly #settings: Environment;
  #written = 0;

  constructor(place: Workplace) {
    this.place = place;
    this.temporary = join(place.folder, "tmp");
    this.#settings = {
      ...place.environment,
      LOG_LEVEL: "debug",
      CHUNK_RECORDS: "1000",
      MAX_REJECT_RATIO: "1",
      MAX_RECORD_BYTES: String(MOST_RECORD_BYTES),
      TMPDIR: this.temporary,
    };
  }

  async write(content: string | Buffer, prefix = "transactions"): Promise<string> {
    this.#written += 1;
    const path = join(this.place.dataDir, `${prefix}-${String(this.#written).padStart(2, "0")}.csv`);
    await writeFile(path, content);
    return path;
  }

  start(args: readonly string[], settings: Environment = {}) {
    return start("cli", args, { ...this.#settings, ...settings });
  }

  /** Runs a command to its end, and keeps what it said. */
  async run(args: readonly string[], exitCode: number, settings: Environment = {}): Promise<Ended> {
    const ended = await this.start(args, settings).ended;
    this.said.push(ended);
    if (ended.exitCode !== exitCode)
      throw new Error(
        `${args.join(" ")}: exit code ${String(ended.exitCode)}\n${ended.stderr.slice(-2_000)}`,
      );
    return ended;
  }

  studio(tables: readonly string[]): Promise<string[]> {
    return studioAnswers(this.#settings, tables);
  }
}

/** Has PostgreSQL itself refuse the facts of a file: for each statement that arranges it, what it then says. */
const SERVER_ERRORS = [
  {
    arrange:
      "ALTER TABLE ingestion_layer.fct_transactions ADD CONSTRAINT nothing_new CHECK (false) NOT VALID",
    undo: "ALTER TABLE ingestion_layer.fct_transactions DROP CONSTRAINT nothing_new",
    says: "Failing row contains",
  },
  {
    arrange:
      "CREATE UNIQUE INDEX one_amount ON ingestion_layer.fct_transactions (amount) WHERE transaction_id > $id",
    undo: "DROP INDEX ingestion_layer.one_amount",
    says: "Key (amount)=(10.00)",
  },
  ...(["53100", "40P01"] as const).map((state) => ({
    arrange: `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = 'all of it: ' || NEW::text; END $$;
      CREATE TRIGGER tell BEFORE INSERT ON ingestion_layer.fct_transactions FOR EACH ROW EXECUTE FUNCTION tell()`,
    undo: "DROP FUNCTION tell() CASCADE",
    says: `${state}: all of it: (`,
  })),
];

const testWithServers = NO_SERVER_PROCESSES === undefined ? test : test.skip;

testWithServers("10,000 cards go through all that can happen, and none is at rest anywhere", async () => {
  const place = await migratedWorkplace();
  const shop = new Shop(place);
  const { files } = shop;
  await mkdir(shop.temporary);
  await writeFile(join(place.dataDir, "stores.csv"), storesFile({ id: 1 }));
  await writeFile(join(place.dataDir, "devices.csv"), devicesFile({ id: 1 }));
  await shop.run(["ingest", "--json"], 0);
  await holdServer(place);
  let url = await serverUrl(place.stateDir);
  for (const setting of TALKATIVE) await query(url, `ALTER ROLE tillhouse SET ${setting}`);

  // Success and rejects.
  for (const source of ALL_SOURCES) await shop.write(files.misplaced(source), source);
  await shop.write(files.broken());
  await shop.run(["ingest", "--json"], 0);
  // Files that are refused whole, and too many rejects.
  const [headless = "", strangeHeader = ""] = files.withoutHeader();
  const refused = [await shop.write(headless), await shop.write(strangeHeader)];
  await shop.write(files.broken());
  await shop.run(["ingest"], 1, { MAX_REJECT_RATIO: "0.01" });
  expect(shop.said.at(-1)?.stdout).toContain("reject");
  for (const path of refused) await rm(path);

  // A crash, a database that dies, a statement that is cancelled: each with chunks in hand.
  await shop.write(files.sales(2_000));
  let held = await holdLoads(url);
  const crashed = shop.start(["ingest", "--json"]);
  await held.untilOneWaits();
  crashed.child.kill("SIGKILL");
  shop.said.push(await crashed.ended);
  const survivor = shop.start(["ingest", "--json"]);
  await held.untilOneWaits();
  killServer(postmasterIn(place.stateDir));
  shop.said.push(await survivor.ended);
  expect(shop.said.at(-1)).toMatchObject({ exitCode: 0 });
  await held.letGo();
  await holdServer(place);
  url = await serverUrl(place.stateDir);
  await shop.write(files.sales(SALES_OF_A_FAULT));
  held = await holdLoads(url);
  const cancelled = shop.start(["ingest", "--json"]);
  await held.untilOneWaits();
  await held.cancelStatement();
  shop.said.push(await cancelled.ended);
  expect(shop.said.at(-1)?.stdout).toContain("database_time_limit");
  await held.letGo();
  await shop.run(["ingest", "--json"], 0);

  // PostgreSQL's own errors, which hold the rows that it has.
  for (const { arrange, undo, says } of SERVER_ERRORS.slice(
    0,
    trials({ quick: 1, all: SERVER_ERRORS.length }),
  )) {
    await shop.write(files.sales(SALES_OF_A_FAULT));
    const [last] = await query<{ id: string }>(
      url,
      "SELECT max(transaction_id) AS id FROM ingestion_layer.fct_transactions",
    );
    await query(url, arrange.replace("$id", last?.id ?? ""));
    await shop.run(["ingest", "--json"], 1, { RETRY_MS: "0" });
    await query(url, undo);
    await shop.run(["ingest", "--json"], 0);
    expect(await readFile(join(place.stateDir, "postgres", "server.log"), "utf8")).toContain(says);
  }
  await shop.write(files.sales(CARDS - files.cards.length));
  await shop.run(["ingest"], 0);

  // Everything that a command prints.
  for (const command of [
    ["answers"],
    ["answers", "--format", "json"],
    ["answers", "--view", "product_performance", "--format", "csv"],
    ["rejects", "--limit", "100000"],
    ["rejects", "--json", "--limit", "100000"],
    ["runs", "--limit", "1000"],
    ["runs", "--json", "--limit", "1000"],
    ["verify", "--files"],
    ["verify", "--files", "--json"],
    ["card-key", "rotate"],
  ])
    await shop.run(command, 0);
  const copies = await copiesOf(url);
  expect(copies.size).toBeGreaterThan(80);
  const asIds = await query(
    url,
    `SELECT natural_key FROM operations.quarantine WHERE natural_key IN (${PLAIN_CVVS.map(Number).join(", ")})`,
  );
  expect(asIds).toEqual([]);
  const answers = await shop.studio(
    [...copies.keys()].filter((name) => /^(ingestion|operations)/.test(name)),
  );
  await query(url, "CHECKPOINT");
  await stopEmbeddedServer({ stateDir: place.stateDir, logger: silentLogger });

  const search = new CardSearch(files.cards);
  expect(files.cards).toHaveLength(CARDS);
  // The search finds every one where it stands.
  const input = Object.values(await search.inFolder(place.dataDir)).flat();
  const found = new Set([...input, ...search.inText(headless), ...search.inText(strangeHeader)]);
  expect(files.cards.filter((card) => !found.has(card.slice(0, 12)))).toEqual([]);

  const texts: (readonly [string, string])[] = [
    ...copies,
    ...answers.map((answer, index) => [`Studio's answer ${index}`, answer] as const),
    ...shop.said.map(({ stdout, stderr }, index) => [`output ${index}`, stdout + stderr] as const),
  ];
  expect(texts.filter(([, content]) => search.inText(content).length > 0).map(([where]) => where)).toEqual(
    [],
  );
  expect(texts.filter(([, content]) => PLAIN_CVV.test(content)).map(([where]) => where)).toEqual([]);
  expect(await search.inFolder(place.stateDir)).toEqual({});
  expect(await search.inFolder(shop.temporary)).toEqual({});
});

const planted = await mkdtemp(join(tmpdir(), "tillhouse-planted-"));
afterAll(() => rm(planted, { recursive: true, force: true }));

test("the search finds a card and a CVV in each kind of place", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  const url = await serverUrl(place.stateDir);
  const [card, cvv] = [numberedCard(3, 16), markedCvv(7)];
  const search = new CardSearch([card]);
  await query(url, "ALTER ROLE tillhouse SET log_statement = 'all'");
  await query(
    url,
    `CREATE TABLE planted AS SELECT '${card}'::text AS plain, ${card}::numeric AS decimal, ${card}::bigint AS whole,
       repeat('${card} ', 10000) AS compressed, '${cvv}'::text AS cvv`,
  );
  await query(url, `CREATE TABLE planted_alone AS SELECT '0739'::text AS cvv, ${card}::numeric AS decimal`);

  const copies = await copiesOf(url);
  const [columns, alone] = [copies.get("public.planted") ?? "", copies.get("public.planted_alone") ?? ""];
  expect(
    columns
      .trimEnd()
      .split("\t")
      .map((value) => search.inText(value)[0]),
  ).toEqual([...Array<string>(4).fill(card.slice(0, 12)), cvv]);
  expect(alone).toMatch(PLAIN_CVV);

  await query(url, "CHECKPOINT");
  const finds = Object.keys(await search.inFolder(join(place.stateDir, "postgres")));
  for (const where of [/\/base\//, /\/pg_wal\//, /\/server\.log$/])
    expect(finds.some((path) => where.test(path))).toBe(true);

  const bytes: Readonly<Record<string, Buffer>> = {
    "utf-16": Buffer.from(`${card} ${cvv}`, "utf16le"),
    "utf-16, other way round": Buffer.from(`${card} ${cvv}`, "utf16le").swap16(),
    spaced: Buffer.from(`x${card.replace(/(....)/g, "$1\u00a0\u200b ")}x`),
    "with colons": Buffer.from(card.replace(/(....)/g, "$1:")),
    "with bars in UTF-16": Buffer.from(card.replace(/(....)/g, "$1 | "), "utf16le"),
    "with many dots": Buffer.from(card.replace(/(....)/g, "$1 .......... ")),
    keycaps: Buffer.from(card.replace(/\d/g, "$&\ufe0f\u20e3 ")),
    "full-width": Buffer.from(card.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))),
    "between two reads": Buffer.concat([Buffer.alloc((8 << 20) - 7, "x"), Buffer.from(card)]),
    [`named ${card}`]: Buffer.alloc(0),
  };
  for (const [name, content] of Object.entries(bytes)) await writeFile(join(planted, name), content);
  expect(Object.keys(await search.inFolder(planted)).sort()).toEqual(
    Object.keys(bytes)
      .map((name) => join(planted, name))
      .sort(),
  );
  expect(search.inText(numberedCard(4, 16) + card.slice(1))).toEqual([]);
});
