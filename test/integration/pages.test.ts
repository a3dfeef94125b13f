import { describe, expect, jest, test } from "@jest/globals";
import { jobPlans } from "../../jobs/jobPlans.ts";
import { answerAsCsv } from "../../src/aggregation/answerAsCsv.ts";
import { ANSWERS, AS_WAS_VIEWS, PERFORMANCE_VIEWS, type AnswerRow } from "../../src/aggregation/answers.ts";
import { ROLES } from "../../src/database/roles/rights.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { visible } from "../../src/lib/visible.ts";
import { readSchedules } from "../../src/scheduling/jobSchedules.ts";
import { PAGES } from "../../src/web/pages/document.tsx";
import { databaseDump } from "../fixtures/databaseDump.ts";
import {
  elementsIn,
  forbiddenIn,
  pairsOf,
  readMarkup,
  tableOf,
  textOf,
  type MarkupElement,
} from "../fixtures/markup.ts";
import { addressAt, MOST_BYTES, withPages, type Pages } from "../fixtures/pages.ts";
import { storesFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import {
  empty,
  failing,
  healthy,
  HOSTILE,
  hostile,
  type WarehouseState,
} from "../fixtures/warehouseStates.ts";

jest.setTimeout(120_000);

type State = (
  warehouse: Warehouse,
  look: (state: WarehouseState, settings?: Readonly<Record<string, string>>) => Promise<void>,
) => Promise<void>;

/** Makes a test body out of one that takes the pages of a warehouse in a state. */
function ofState(
  state: State,
  work: (
    scene: Warehouse & Pages & { readonly settings: Readonly<Record<string, string>> | undefined },
  ) => Promise<void>,
): () => Promise<void> {
  return inWarehouse((warehouse) =>
    state(warehouse, ({ jobs }, settings) =>
      withPages(warehouse, { jobs, settings }, (pages) => work({ ...warehouse, ...pages, settings })),
    ),
  );
}

/** A run with checks, and a table, are pages as well. */
const MORE = ["/runs/1", "/runs/2", "/runs/3", "/model/ingestion_layer.fct_transactions"];
const LOADED = [...PAGES.map(({ path }) => path), ...MORE];
const UNLOADED = LOADED.filter((path) => !path.startsWith("/runs/"));

/** Whole numbers with their thousands set apart; exact decimals keep all their digits. */
const apart = (digits: string): string =>
  digits.replace(/^-/, "−").replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");

/** A page without what it says of the hour at which it was read. */
const withoutHours = (html: string): string =>
  html.replace(/<footer[^]*<\/footer>|<span class="soft small ago">[^<]*<\/span>/g, "");

describe("every page is whole, small and strict", () => {
  test.each<[string, State, readonly string[]]>([
    ["empty", empty, UNLOADED],
    ["healthy", healthy, LOADED.filter((path) => path !== "/runs/3")],
    ["failing", failing, LOADED],
    ["of hostile names", hostile, LOADED.filter((path) => path !== "/runs/3")],
  ])("of a warehouse that is %s", (_name, state, paths) =>
    ofState(state, async ({ get }) => {
      for (const path of paths) {
        const { status, headers, text } = await get(path);
        expect([path, status, headers.get("content-type")]).toEqual([path, 200, "text/html; charset=utf-8"]);
        const policy = headers.get("content-security-policy");
        expect(policy).toMatch(/^default-src 'none'; style-src 'self'; script-src 'self';/);
        expect(policy).not.toMatch(/unsafe|data:|http|\*/);
        expect([path, forbiddenIn(readMarkup(text))]).toEqual([path, []]);
        expect([path, Math.max(0, Buffer.byteLength(text) - MOST_BYTES)]).toEqual([path, 0]);
      }
    })(),
  );
});

describe("the pages give the figures of the warehouse", () => {
  const INSTANT = /^\d{4}-\d\d-\d\dT/;

  function shown(column: string, value: string | number | null): string {
    if (value === null) return "";
    if (/_id$|^device_type$/.test(column)) return String(value);
    if (typeof value === "number" || /^-?\d+\.\d+$/.test(value)) return apart(String(value));
    return INSTANT.test(value) ? value.slice(0, 19).replace("T", " ") : visible(value);
  }
  const cardOf = (page: MarkupElement, id: string): MarkupElement =>
    elementsIn(page, "section").find(({ attributes }) => attributes["id"] === id) ?? page;

  test.each<[string, State]>([
    ["as they are in the sample", healthy],
    ["of names that try what they can", hostile],
  ])("answers, %s", (_name, state) =>
    ofState(state, async ({ read, answers }) => {
      const page = await read("/answers");
      for (const [name, rows] of Object.entries(await answers())) {
        const columns = Object.keys(ANSWERS[name as keyof typeof ANSWERS].columns);
        const card = cardOf(page, name);
        const [caption] = elementsIn(card, "caption").map(textOf);
        const [, ...cells] = tableOf(card, caption ?? "");
        const expected = rows.map((row) => columns.map((column) => shown(column, row[column] ?? null)));
        expect({ name, cells }).toEqual({ name, cells: expected.slice(0, 60) });
        expect(expected.length).toBeGreaterThan(0);
        expect(textOf(card)).toContain(`${apart(String(rows.length))} row`);
      }
    })(),
  );

  test(
    "the overview's sums",
    ofState(failing, async ({ read, rows }) => {
      const [sums] = await rows<Record<string, string>>(`
        SELECT
          sums.*,
          (SELECT count(*) FROM ingestion_layer.dim_stores) AS "Stores",
          (SELECT count(*) FROM ingestion_layer.dim_devices) AS "Devices"
        FROM (
          SELECT
            count(*) AS "Transactions",
            count(*) FILTER (WHERE status = 'accepted') AS "Accepted",
            sum(amount) FILTER (WHERE status = 'accepted')::numeric(24, 2) AS "Amount of accepted ones"
          FROM ingestion_layer.fct_transactions
        ) AS sums`);
      const page = await read("/");
      const expected = Object.entries(sums ?? {}).map(([name, value]) => [name, apart(value)]);
      expect(pairsOf(page)).toEqual(Object.fromEntries(expected));
      const days = await rows<{ cells: string[] }>(`
        SELECT ARRAY[day::text, accepted::text, coalesce(amount, 0)::numeric(24, 2)::text, others::text] AS cells
        FROM (
          SELECT
            (happened_at AT TIME ZONE 'UTC')::date AS day,
            count(*) FILTER (WHERE status = 'accepted') AS accepted,
            sum(amount) FILTER (WHERE status = 'accepted') AS amount,
            count(*) FILTER (WHERE status <> 'accepted') AS others
          FROM ingestion_layer.fct_transactions
          GROUP BY (happened_at AT TIME ZONE 'UTC')::date
        ) AS days
        ORDER BY day DESC`);
      const [, ...cells] = tableOf(page, "Transactions of the latest days, newest first");
      const sold = cells.filter(([, accepted, , others]) => accepted !== "0" || others !== "0");
      expect(sold.length).toBeGreaterThan(3);
      const known = days.map(({ cells: [day = "", ...figures] }) => [day, ...figures.map(apart)]);
      expect(sold).toEqual(known.slice(0, sold.length));
    }),
  );

  test(
    "what became of a run's records, and of each file's",
    ofState(failing, async ({ read, rows }) => {
      const COUNTS = ["loaded", "already_present", "corrected", "superseded", "rejected"];
      const runs = await rows<Record<string, string>>(
        `SELECT run_id::text, ${COUNTS.join(", ")}, records_read, warnings, resolved FROM operations.runs ORDER BY 1`,
      );
      expect(runs.length).toBeGreaterThan(3);
      for (const run of runs) {
        const count = (name: string): string => apart(run[name] ?? "");
        const page = await read(`/runs/${run["run_id"] ?? ""}`);
        expect(pairsOf(page)).toMatchObject({
          ...{ "Records read": count("records_read"), Loaded: count("loaded") },
          ...{ "Already present": count("already_present"), Corrected: count("corrected") },
          ...{ Superseded: count("superseded"), Rejected: count("rejected") },
          ...{ "Resolved of quarantine": count("resolved"), Warnings: count("warnings") },
        });
        const parts = COUNTS.map((name) => `${count(name)} ${name.replace("_", " ")}`).join(" + ");
        expect(textOf(page)).toContain(`${parts} = ${count("records_read")} read.`);
        const files = await rows<{ cells: string[] }>(
          `SELECT ARRAY[path, source::text, status::text, ${COUNTS.map((name) => `run_files.${name}::text`).join(", ")},
             run_files.records_read::text, run_files.warnings::text] AS cells
           FROM operations.run_files JOIN operations.source_files USING (file_id, source)
           WHERE run_id = $1 ORDER BY file_id`,
          [run["run_id"]],
        );
        if (files.length === 0) continue;
        const [, ...cells] = tableOf(page, "Files that this run read something of");
        // The bytes are rounded, and a refusal stands behind the counts.
        expect(cells.map((row) => [...row.slice(0, 3), ...row.slice(4, 11)])).toEqual(
          files.map(({ cells: [path, source, status, ...counts] }) => [
            path,
            source,
            status,
            ...counts.map(apart),
          ]),
        );
      }
    }),
  );

  test(
    "records of quarantine by reason, with the newest of each",
    ofState(failing, async ({ read, rows }) => {
      const page = await read("/quarantine");
      const [, ...cells] = tableOf(page, "Records in quarantine by reason");
      const groups = await rows<{ cells: string[]; newest: string }>(`
        SELECT ARRAY[reason, source::text, state::text, count(*)::text] AS cells, max(source_line)::text AS newest
        FROM operations.quarantine WHERE state <> 'resolved' GROUP BY source, reason, state`);
      expect(groups.length).toBeGreaterThan(3);
      expect(cells.map((row) => row.slice(0, 4)).sort()).toEqual(groups.map(({ cells: of }) => of).sort());
      for (const {
        cells: [reason, source, state],
        newest,
      } of groups) {
        const card = cardOf(page, `${source ?? ""}-${reason ?? ""}-${state ?? ""}`);
        expect(textOf(card)).toContain(`:${newest}`);
      }
      expect(textOf(page)).not.toMatch(/\d{12,}|card_/);
    }),
  );

  test(
    "what came of each check last",
    ofState(failing, async ({ read, rows }) => {
      const [, ...cells] = tableOf(
        await read("/checks"),
        "The latest result of each check; what failed stands first",
      );
      const kept = await rows<{ cells: string[] }>(
        `SELECT ARRAY[name, status::text, severity::text, observed, expected, run_id::text] AS cells
         FROM operations.check_results WHERE run_id = (SELECT max(run_id) FROM operations.check_results)`,
      );
      expect(kept.length).toBeGreaterThan(1);
      expect(cells.map((row) => row.slice(0, 6)).sort()).toEqual(kept.map(({ cells: of }) => of).sort());
      expect(cells[0]?.[1]).toBe("failed");
    }),
  );

  test(
    "due times as npm run schedule gives them",
    inWarehouse(async (warehouse) => {
      const at = new Date("2026-03-28T12:00:00Z");
      const clock = { ...systemClock, now: () => at };
      const settings = { TIMEZONE: "Europe/Paris", INGEST_CRON: "30 2 * * *" };
      const { config } = warehouse.context(settings);
      const plans = jobPlans(config, await readSchedules(warehouse.database.pool), at, 5);
      await withPages(warehouse, { settings, clock }, async ({ read }) => {
        const page = await read("/schedule");
        for (const { name, times, next } of plans) {
          const [, ...cells] = tableOf(page, `When ${name} is due next`);
          expect(cells.map(([local, utc]) => [local?.slice(0, 19), utc?.slice(0, 16)])).toEqual(
            next.map((due) => [
              times.wallClock(due.at).slice(0, 19),
              due.at.toISOString().slice(0, 16).replace("T", " "),
            ]),
          );
        }
        // The clocks go forward on the 29th, from 2 to 3.
        expect(tableOf(page, "When ingest is due next")[1]?.[0]).toContain("skip this time");
      });
    }),
  );

  test(
    "tables and columns as they are in the database",
    ofState(empty, async ({ read, rows }) => {
      const known = await rows<{ address: string; columns: string[][] }>(`
        SELECT
          format('/model/%s.%s', table_schema, table_name) AS address,
          array_agg(ARRAY[column_name::text, is_nullable::text] ORDER BY column_name::text COLLATE "C") AS columns
        FROM information_schema.columns
        WHERE table_schema IN ('ingestion_layer', 'aggregation_layer', 'operations')
        GROUP BY 1 ORDER BY 1`);
      const addresses = elementsIn(await read("/model"), "a")
        .map(({ attributes }) => attributes["href"] ?? "")
        .filter((address) => address.startsWith("/model/"));
      expect([...new Set(addresses)].sort()).toEqual(known.map(({ address }) => address).sort());
      for (const { address, columns } of known) {
        const page = await read(address);
        const [, ...cells] = tableOf(page, `The columns of ${address.split(".")[1] ?? ""}`);
        const isView = address.includes("aggregation_layer") && !address.includes("rollup");
        const [names, expected] = [cells.map(([name]) => name).sort(), columns.map(([name]) => name)];
        expect([address, names]).toEqual([address, expected]);
        if (isView) continue;
        const nullable = cells.filter((row) => row[2] === "yes").map(([name]) => name);
        expect([address, nullable.sort()]).toEqual([
          address,
          columns.filter(([, isNullable]) => isNullable === "YES").map(([name]) => name),
        ]);
      }
    }),
  );
});

test.each<[string, State]>([
  ["the sample", healthy],
  ["names that spreadsheets would run", hostile],
])("each view is had as the CSV that npm run answers prints, of %s", (_name, state) =>
  ofState(state, async ({ get, view: rowsOf }) => {
    for (const [name, { columns }] of Object.entries({ ...ANSWERS, ...PERFORMANCE_VIEWS })) {
      const { status, headers, text } = await get(`/answers/${name}.csv`);
      expect([status, headers.get("content-type"), headers.get("content-disposition")]).toEqual([
        ...[200, "text/csv; charset=utf-8", `attachment; filename="${name}.csv"`],
      ]);
      const rows: AnswerRow[] = await rowsOf(name);
      expect(text).toBe(answerAsCsv(Object.keys(columns), rows));
      expect(text).not.toMatch(/(^|[,\n])"?([=+@\t\r]|-(?!\d))/);
    }
    // They read the facts, for as long as that takes.
    for (const name of Object.keys(AS_WAS_VIEWS))
      expect((await get(`/answers/${name}.csv`)).status).toBe(404);
  })(),
);

test(
  "names that try what names can try stay texts, in pages and charts",
  ofState(hostile, async ({ get, rows }) => {
    const answers = await get("/answers");
    const page = readMarkup(answers.text);
    const drawn = elementsIn(page, "svg")
      .flatMap((svg) => elementsIn(svg, "text"))
      .map(textOf);
    expect(drawn.some((text) => text.includes("<script>"))).toBe(true);
    const texts = elementsIn(page, "bdi").map(textOf);
    for (const name of HOSTILE) expect(texts).toContain(visible(name).trim());
    expect(answers.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    const file = "stores <b>&amp;.csv";
    expect(await rows("SELECT FROM operations.source_files WHERE path = $1", [file])).toHaveLength(1);
    expect(elementsIn(readMarkup((await get("/runs/1")).text), "bdi").map(textOf)).toContain(file);
    const quarantine = readMarkup((await get("/quarantine")).text);
    expect(textOf(quarantine)).toContain("'; DROP TABLE ingestion_layer.dim_stores; --");
  }),
);

test(
  "a run shows what has changed about the columns of its files, loaded or not",
  inWarehouse(async (warehouse) => {
    await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
    await warehouse.files.write("devices-1.csv", "id,type,store_id\n1,1,1\n");
    await warehouse.ingest();
    await warehouse.files.write("devices-2.csv", "id,type,store_id,<b>note</b>\n2,1,1,new\n");
    await warehouse.ingest({ settings: { SCHEMA_CHANGES: "fail" } });
    await warehouse.ingest();
    await withPages(warehouse, {}, async ({ get }) => {
      const textsOf = async (path: string) =>
        elementsIn(readMarkup((await get(path)).text), "bdi").map(textOf);
      expect(await textsOf("/runs/1")).not.toContain("appeared: <b>note</b> (text)");
      for (const path of ["/runs/2", "/runs/3"])
        expect(await textsOf(path)).toEqual(
          expect.arrayContaining(["devices-2.csv", "devices-1.csv", "appeared: <b>note</b> (text)"]),
        );
    });
  }),
);

test(
  "runs are paged through, each once",
  inWarehouse(async (warehouse) => {
    await warehouse.rows(`
      INSERT INTO operations.runs (job, trigger, status, started_at, finished_at, heartbeat_at, process)
      SELECT 'freshness', 'manual', 'succeeded', now(), now(), now(), 'here:1' FROM generate_series(1, 120)`);
    await withPages(warehouse, {}, async ({ read, get }) => {
      const seen: string[] = [];
      let path: string | undefined = "/runs";
      for (let pages = 0; path !== undefined; pages += 1) {
        expect(pages).toBeLessThan(3);
        const page: MarkupElement = await read(path);
        const [, ...cells] = tableOf(page, "Runs with their state, length and what became of records");
        seen.push(...cells.map(([run = ""]) => run));
        path = elementsIn(page, "a").find((link) => textOf(link) === "Older")?.attributes["href"];
      }
      expect(seen).toEqual(Array.from({ length: 120 }, (_none, index) => String(120 - index)));
      expect(textOf(await read("/runs?before=1"))).toContain("There is none before.");
      const first = withoutHours((await get("/runs")).text);
      for (const nonsense of NONSENSE) {
        const { status, text } = await get(`/runs?before=${nonsense}`);
        // A number that no run has reached is one all the same.
        const isNumber = nonsense === "1000000000";
        expect([nonsense, status, isNumber || withoutHours(text) === first]).toEqual([nonsense, 200, true]);
      }
      expect((await get("/runs?before=3&before=5")).status).toBe(200);
    });
  }),
);

const NONSENSE = [
  ...[
    "-1",
    "0",
    "1e9",
    "1.5",
    "0x10",
    "1000000000",
    "2147483648",
    "99999999999",
    "9".repeat(400),
    "null",
    "NaN",
  ],
  ...[
    "'; DROP TABLE operations.runs; --",
    "%00",
    "%0a",
    "%F0%9F%A7%81",
    "__proto__",
    "..%2f..%2fetc%2fpasswd",
  ],
];

test(
  "what no page is called is not there, whatever it is",
  ofState(empty, async ({ get, logged }) => {
    for (const nonsense of [...NONSENSE, "x".repeat(4_000), "constructor"])
      for (const path of ["/runs/", "/model/", "/model/ingestion_layer.", "/answers/", "/assets/", "/"])
        expect([path + nonsense, [400, 404].includes((await get(path + nonsense)).status)]).toEqual([
          ...[path + nonsense, true],
        ]);
    expect(logged()).not.toContain('"level":"error"');
  }),
);

test(
  "pages are read as the reader, who may write nothing, and change nothing",
  ofState(failing, async (scene) => {
    const { source, get, routes, rows } = scene;
    const before = await databaseDump(scene);
    for (const { path } of routes) await get(addressAt(path));
    const [after, changed] = [await databaseDump(scene), [] as string[]];
    for (const [name, content] of before) if (after.get(name) !== content) changed.push(name);
    // What PostgreSQL counts and keeps for itself aside.
    expect(changed.filter((name) => !name.startsWith("pg_catalog."))).toEqual([]);
    const { rows: users = [] } =
      (await source.pool()?.query<{ name: string }>("SELECT current_user AS name")) ?? {};
    expect(users).toEqual([{ name: ROLES.reader }]);
    const client = await source.client();
    expect(await client?.$queryRawUnsafe("SELECT current_user::text AS name")).toEqual(users);
    const writable = await rows(
      `SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants
       WHERE grantee = $1 AND privilege_type <> 'SELECT'`,
      [ROLES.reader],
    );
    expect(writable).toEqual([]);
    const held = await source.pool()?.connect();
    try {
      // Its transactions are read only, and so is it where somebody makes one that is not.
      await held?.query("BEGIN READ WRITE");
      await expect(held?.query("DELETE FROM operations.runs")).rejects.toMatchObject({ code: "42501" });
    } finally {
      await held?.query("ROLLBACK");
      held?.release();
    }
  }),
);
