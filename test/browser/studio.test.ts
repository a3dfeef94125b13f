import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { chmod, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { pollUntil } from "../../src/database/embedded/waiting.ts";
import { testRun } from "../fixtures/testRun.ts";
import { trials } from "../fixtures/trials.ts";
import { readViewKeys } from "../../src/studio/viewKeys.ts";
import { startChromium } from "./chromium.ts";
import { runCommand, startStudio, type RunningStudio } from "./studioCommand.ts";
import { openStudioPage, type StudioPage } from "./studioPage.ts";

jest.setTimeout(240_000);

const folder = await mkdtemp(join(testRun().folder, "studio-"));
// As root, the embedded server runs as another user, who has to get through.
await chmod(folder, 0o755);
const stateDir = join(folder, "state");
/** Name a folder in SCREENSHOTS to keep them. */
const screenshots = process.env["SCREENSHOTS"] ?? join(folder, "screenshots");
const chromium = await startChromium(join(folder, "chromium"));

const started: RunningStudio[] = [];
const openStudio = async (): Promise<RunningStudio> => {
  const studio = await startStudio(stateDir);
  started.push(studio);
  return studio;
};

afterAll(async () => {
  if ("browser" in chromium) await chromium.browser.close();
  for (const studio of started) await studio.end("SIGKILL");
  await runCommand(["stop"], stateDir);
  await rm(folder, { recursive: true, force: true });
});

if ("missing" in chromium) {
  test.skip(`Prisma Studio in a browser: ${chromium.missing}`, () => undefined);
} else {
  const { browser } = chromium;

  describe("npm run studio, on a fresh embedded server with data/ loaded", () => {
    let studio: RunningStudio;
    let tab: StudioPage;
    const seen = new Set<string>();

    beforeAll(async () => {
      await mkdir(screenshots, { recursive: true });
      const loaded = await runCommand(["ingest", "--json"], stateDir);
      expect(loaded).toMatchObject({ exitCode: 0 });
      studio = await openStudio();
      tab = await openStudioPage(browser, studio.address);
    });

    const picture = (name: string): Promise<unknown> =>
      tab.page.screenshot({
        path: join(screenshots, `${name}.png`),
        clip: { x: 0, y: 0, width: 1600, height: 1000 },
      });

    /** The rows that are shown once there are so many of them with these columns; after a while those that there are. */
    const shown = async (
      count: number,
      columns: readonly string[] = [],
    ): Promise<Record<string, string>[]> => {
      const found = await pollUntil(
        async () => {
          const rows = await tab.rows();
          const isWhole = rows.length === count && columns.every((column) => column in (rows[0] ?? {}));
          return isWhole ? rows : undefined;
        },
        { withinMs: 30_000, everyMs: 100 },
      );
      return found ?? (await tab.rows());
    };

    /** Opens a table or view, keeps a picture, and gives its rows, with these columns at least. */
    const rowsOf = async (
      relation: string,
      count: number,
      columns: readonly string[],
    ): Promise<Record<string, string>[]> => {
      await tab.show(relation);
      await shown(count);
      seen.add(relation);
      await picture(relation);
      await tab.widen();
      return shown(count, columns);
    };

    test("has no token in its address, nor in what a script may read", async () => {
      expect(await tab.page.evaluate("document.cookie")).toBe("");
      expect(tab.page.url()).not.toContain("token");
    });

    test("says where to look, that it can write and how to end it", () => {
      expect(studio.address).toMatch(/\/\?token=[\w-]{43}#schema=ingestion_layer&table=fct_transactions$/);
      expect(studio.said).toContain("It can change what it shows. Ctrl-C ends it.");
    });

    test("dim_stores: 100 stores with their attributes", async () => {
      const stores = await rowsOf("ingestion_layer.dim_stores", 100, ["store_key", "store_id", "typology"]);
      expect(stores).toHaveLength(100);
      expect(new Set(stores.map((store) => store["store_id"])).size).toBe(100);
      expect(stores[0]).toMatchObject({
        store_key: "1",
        store_name: expect.stringMatching(/\w/),
        country: expect.stringMatching(/\w/),
        typology: expect.stringMatching(/\w/),
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d/),
      });
    });

    test("fct_transactions: facts, from which one clicks through to their store and product", async () => {
      const columns = [
        ["store_key", "dim_stores"],
        ["product_key", "dim_products"],
      ] as const;
      for (const [column, dimension] of columns.slice(0, trials({ quick: 1, all: columns.length }))) {
        const [fact] = await rowsOf("ingestion_layer.fct_transactions", 100, [column]);
        expect(await tab.pages()).toBe(15);
        const key = fact?.[column];
        expect(key).toMatch(/^\d+$/);
        const link = tab.page
          .locator(`td[data-grid-column-id="${column}"]`)
          .first()
          .getByLabel(`Open ${dimension}`);
        await link.scrollIntoViewIfNeeded();
        await link.click();
        const followed = await shown(1, [`${dimension.slice(4, -1)}_name`]);
        await picture(`${dimension}-of-a-fact`);
        expect(followed).toEqual([expect.objectContaining({ [column]: key })]);
      }
    });

    test("top_10_stores_by_amount and the other answers: the rows that `answers` gives", async () => {
      const { stdout } = await runCommand(["answers", "--format", "json"], stateDir);
      const answers = JSON.parse(stdout) as Record<string, Record<string, string | number | null>[]>;
      expect(answers["top_10_stores_by_amount"]).toHaveLength(10);
      expect(answers["average_amount_by_typology_and_country"]?.length).toBeGreaterThan(1);
      const views = Object.entries(answers);
      for (const [view, rows] of views.slice(0, trials({ quick: 1, all: views.length }))) {
        const expected = rows.slice(0, 100);
        const key = readViewKeys().get(`aggregation_layer.${view}`) ?? [];
        const found = await rowsOf(`aggregation_layer.${view}`, expected.length, key);
        const keysOf = (row: Record<string, unknown>): string =>
          key.map((column) => String(row[column])).join();
        expect([view, found.map(keysOf)]).toEqual([view, expected.map(keysOf)]);
      }
    });

    test("runs: the run that loaded the files", async () => {
      const runs = await rowsOf("operations.runs", 1, ["run_id", "status"]);
      expect(runs).toEqual([expect.objectContaining({ run_id: "1", job: "ingest", status: "succeeded" })]);
    });

    // Tables are shown as Prisma shows them; views would have one row without their keys.
    test("other views, in whole", async () => {
      const relations = await tab.query(`
        select format('%I.%I', n.nspname, c.relname) as name,
               (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', n.nspname, c.relname),
                                                    false, true, '')))[1]::text as rows
          from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('ingestion_layer', 'aggregation_layer', 'operations') and c.relkind in ('v', 'm')
         order by 1`);
      expect(relations.length).toBeGreaterThanOrEqual(12);
      const others = relations.filter(({ name }) => !seen.has(String(name)));
      for (const { name, rows } of others.slice(0, trials({ quick: 1, all: others.length }))) {
        const expected = Math.min(100, Number(rows));
        await tab.show(String(name));
        const found = await shown(expected);
        expect([name, found.length, await tab.pages()]).toEqual([
          name,
          expected,
          Math.ceil(Number(rows) / 100),
        ]);
      }
    });

    test("the page asks nothing of the network but Studio, and nothing it does is refused", () => {
      expect(tab.foreignRequests).toEqual([]);
      expect(tab.complaints).toEqual([]);
    });

    test.each([
      ["a name that was pointed here", { host: "studio.example:1" }, 403],
      ["another port's page", { origin: "http://127.0.0.1:1" }, 403],
      ["a page elsewhere", { origin: "https://studio.example" }, 403],
      ["a page in a sandbox", { origin: "null" }, 403],
      ["no page", {}, 403],
      ["its own page", "own", 200],
    ] as const)("a query from %s: %j -> %i", async (_from, headers, status) => {
      const [cookie] = await tab.page.context().cookies();
      const given = headers === "own" ? { origin: studio.origin } : headers;
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
      expect(
        await statusOfQuery(studio.origin, { cookie: `${cookie?.name}=${cookie?.value}`, ...given }),
      ).toBe(status);
    });

    test("Ctrl-C ends Prisma Studio and, if nobody else uses it, the embedded server", async () => {
      const helpers = await helpersOf(studio);
      expect(helpers).toHaveLength(1);
      expect(await studio.end("SIGINT")).toBe(0);
      expect(helpers.filter(isRunning)).toEqual([]);
      expect((await runCommand(["stop"], stateDir)).stdout).toContain("was not running");
    });
  });

  describe("npm run studio", () => {
    test("that is killed leaves no Prisma Studio behind", async () => {
      const studio = await openStudio();
      const helpers = await helpersOf(studio);
      expect(helpers).toHaveLength(1);
      await studio.end("SIGKILL");
      const gone = await pollUntil(() => (helpers.some(isRunning) ? undefined : true), { withinMs: 30_000 });
      expect(gone).toBe(true);
    });

    test("on a port that is taken says so, exit code 2", async () => {
      const first = await openStudio();
      const { port } = new URL(first.origin);
      const second = await runCommand(["studio", "--port", port], stateDir);
      await first.end("SIGTERM");
      expect(second).toMatchObject({ exitCode: 2, stdout: "" });
      expect(second.stderr).toContain(`Port ${port} cannot be used (EADDRINUSE). Name another`);
    });
  });
}

function statusOfQuery(origin: string, headers: Record<string, string>): Promise<number | undefined> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path: "/bff",
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify({ procedure: "query", query: { sql: "select 1", parameters: [] } }));
  });
}

/** The Prisma Studio that a command started; its other child is the database. Linux tells; Chromium runs nowhere else. */
async function helpersOf({ child: { pid } }: RunningStudio): Promise<number[]> {
  const list = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8");
  const children = list.trim().split(" ").filter(Boolean).map(Number);
  const commands = await Promise.all(children.map((id) => readFile(`/proc/${id}/cmdline`, "utf8")));
  return children.filter((_id, index) => commands[index]?.includes("prisma"));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
