import { afterAll, describe, expect, jest, test } from "@jest/globals";
import axe from "axe-core";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { PAGES } from "../../src/web/pages/document.tsx";
import { MOST_BYTES, withPages } from "../fixtures/pages.ts";
import { testRun } from "../fixtures/testRun.ts";
import { trials } from "../fixtures/trials.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";
import { startChromium } from "./chromium.ts";
import { STATES } from "../fixtures/warehouseStates.ts";

jest.setTimeout(300_000);

const folder = await mkdtemp(join(testRun().folder, "pages-"));
/** Name a folder in SCREENSHOTS to keep them. */
const screenshots = process.env["SCREENSHOTS"] ?? join(folder, "screenshots");
const chromium = await startChromium(join(folder, "chromium"));

afterAll(async () => {
  if ("browser" in chromium) await chromium.browser.close();
  await rm(folder, { recursive: true, force: true });
});

const [DESKTOP, PHONE] = [
  { name: "desktop", width: 1280, height: 900 },
  { name: "phone", width: 390, height: 844 },
];
const LOOKS = [
  { device: PHONE, scheme: "light" },
  { device: DESKTOP, scheme: "dark" },
  { device: PHONE, scheme: "dark" },
  { device: DESKTOP, scheme: "light" },
] as const;
/** All of them in the long run; otherwise one, another in each state. */
const MOST_LOOKS = trials({ quick: 1, all: LOOKS.length });

/** Those with most to show; the others, and all looks of each, in the long run. */
const SHOWN = trials({ quick: /^(failing|mid-load|hostile)$/, all: /./ });

/** What is looked at beside the pages of the menu. */
const MORE = ["/model/ingestion_layer.fct_transactions", "/runs/1", "/runs/2", "/runs/3", "/nothing"];

/** What a browser complains of on a page, and what it asks elsewhere. */
interface Seen {
  readonly complaints: string[];
  readonly foreign: string[];
}

async function openTab(browser: Browser, look: (typeof LOOKS)[number], origin: string) {
  const { device, scheme } = look;
  const context = await browser.newContext({
    viewport: { width: device.width, height: device.height },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const seen: Seen = { complaints: [], foreign: [] };
  page.on("console", (message) => seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) seen.foreign.push(request.url());
  });
  return { page, seen, close: () => context.close() };
}

/** Runs in the page, whose types this project does not load. */
const SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const VIOLATIONS = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" | ")))`;

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(VIOLATIONS);
}

if ("missing" in chromium) {
  test.skip(`pages in a browser: ${chromium.missing}`, () => undefined);
} else {
  const { browser } = chromium;

  describe("every page, on a desktop and a phone, light and dark", () => {
    const states = Object.keys(STATES)
      .map((name, place) => [name, place] as const)
      .filter(([name]) => SHOWN.test(name));
    test.each(states)("of a warehouse that is %s", async (name, place) => {
      await mkdir(screenshots, { recursive: true });
      await withWarehouse(async (warehouse) => {
        await STATES[name]?.(warehouse, async (state, settings) => {
          const runs = await warehouse.rows<{ run_id: number }>("SELECT run_id FROM operations.runs");
          const known = new Set(runs.map(({ run_id: id }) => `/runs/${id}`));
          const missing = MORE.filter((path) => path.startsWith("/runs/") && !known.has(path));
          await withPages(warehouse, { ...state, settings }, async ({ origin }) => {
            for (const look of [...LOOKS, ...LOOKS].slice(place % LOOKS.length).slice(0, MOST_LOOKS))
              await lookAround(name, look, origin, new Set(["/nothing", ...missing]));
          });
        });
      });
    });

    async function lookAround(
      name: string,
      look: (typeof LOOKS)[number],
      origin: string,
      missing: ReadonlySet<string>,
    ): Promise<void> {
      const { page, seen, close } = await openTab(browser, look, origin);
      for (const path of [...PAGES.map(({ path: of }) => of), ...MORE]) {
        const answer = await page.goto(origin + path);
        const isThere = answer?.status() === 200;
        const body = (await answer?.body()) ?? Buffer.alloc(0);
        const file = `${name}${path === "/" ? "-overview" : path.replaceAll("/", "-")}-${look.device.name}-${look.scheme}`;
        await page.screenshot({ path: join(screenshots, `${file}.png`), fullPage: true });
        expect({
          file,
          status: answer?.status(),
          tooHeavy: Math.max(0, body.length - MOST_BYTES),
          sideways: await page.evaluate<number>(SIDEWAYS),
          violations: await violationsOf(page),
          // A browser itself says on its console that a page was not found.
          complaints: isThere ? seen.complaints : [],
          foreign: seen.foreign,
          title: (await page.title()).includes("owned"),
        }).toEqual({
          ...{
            file,
            status: missing.has(path) ? 404 : 200,
            tooHeavy: 0,
            sideways: 0,
            violations: [],
            complaints: [],
            foreign: [],
          },
          title: false,
        });
        if (!isThere) seen.complaints.length = 0;
      }
      await close();
    }
  });
}
