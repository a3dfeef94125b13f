import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { PAGES } from "../../src/web/pages/document.tsx";
import { withPages } from "../fixtures/pages.ts";
import { testRun } from "../fixtures/testRun.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";
import { failing, midLoad } from "../fixtures/warehouseStates.ts";
import { eventually } from "../processes/eventually.ts";
import { startChromium } from "./chromium.ts";

jest.setTimeout(120_000);

const folder = await mkdtemp(join(testRun().folder, "using-"));
const chromium = await startChromium(join(folder, "chromium"));

afterAll(async () => {
  if ("browser" in chromium) await chromium.browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Those of the menu, and one of each other kind. */
const PATHS = [
  ...PAGES.map(({ path }) => path),
  "/model/ingestion_layer.fct_transactions",
  "/runs/1",
  "/nothing",
];

async function inTab<T>(
  browser: Browser,
  options: BrowserContextOptions,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/** These run in the page, whose types this project does not load. */
const FOCUSED = `(() => {
  const focused = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const name = focused.closest("nav") ? "nav" : focused.role ?? (focused.className || focused.tagName);
  return { name, isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) > 0 };
})()`;
const SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

interface Focused {
  /** Its role, else its class or what it is; of links of the menu `nav`. */
  readonly name: string;
  /** Whether an outline shows where the focus is. */
  readonly isSeen: boolean;
}

if ("missing" in chromium) {
  test.skip(`pages in use: ${chromium.missing}`, () => undefined);
} else {
  const { browser } = chromium;

  test("the page of a run at work goes on by itself, and leaves what is open and in focus as it is", () =>
    withWarehouse((warehouse) =>
      withPages(warehouse, {}, ({ origin }) =>
        inTab(browser, {}, async (page) => {
          const loads: string[] = [];
          await midLoad(warehouse, async () => {
            await page.goto(`${origin}/`);
            page.on("framenavigated", (frame) => loads.push(frame.url()));
            expect(await page.locator("progress").count()).toBe(1);
            expect(await page.locator("main").innerText()).toMatch(/Run \d+ is at work/);
            await page.locator("#days summary").focus();
            await page.keyboard.press("Enter");
          });
          await eventually("the page says that all is done", async () => {
            const text = await page.locator("main").innerText();
            return !text.includes("is at work") && text.includes("succeeded");
          });
          expect(await page.locator("#days").getAttribute("open")).toBe("");
          expect(await page.evaluate<Focused>(FOCUSED)).toMatchObject({ name: "SUMMARY" });
          expect(loads).toEqual([]);
          expect(await page.locator("main[data-again-ms]").count()).toBe(0);
        }),
      ),
    ));

  describe("pages of a warehouse", () => {
    test("say the same with and without JavaScript, whose place a refresh takes at work", () =>
      withWarehouse(async (warehouse) => {
        await midLoad(warehouse, ({ jobs }) =>
          withPages(warehouse, { jobs }, async ({ origin, get }) => {
            expect((await get("/")).text).toMatch(
              /<noscript><meta http-equiv="refresh" content="3"\/?><\/noscript>/,
            );
            expect((await get("/answers")).text).not.toContain("<script");
            const said = (javaScriptEnabled: boolean): Promise<string[]> =>
              inTab(browser, { javaScriptEnabled }, async (page) => {
                const texts: string[] = [];
                for (const path of PATHS) {
                  await page.goto(origin + path);
                  texts.push(withoutTimes(await page.locator("main").innerText()));
                }
                return texts;
              });
            const [without, withIt] = [await said(false), await said(true)];
            expect(without).toEqual(withIt);
            expect(without.every((text) => text.length > 20)).toBe(true);
          }),
        );
      }));

    test("are walked through by keyboard, follow the colours of the system, and fit any screen", () =>
      withWarehouse(async (warehouse) => {
        await failing(warehouse, ({ jobs }, settings) =>
          withPages(warehouse, { jobs, settings }, async ({ origin }) => {
            await inTab(browser, {}, (page) => walk(page, origin));
            const [light, dark] = [await colours("light", origin), await colours("dark", origin)];
            expect(light.background).not.toBe(dark.background);
            expect(light.ink).not.toBe(dark.ink);
            for (const width of [320, 1920])
              await inTab(browser, { viewport: { width, height: 800 } }, async (page) => {
                for (const path of PATHS) {
                  await page.goto(origin + path);
                  expect([width, path, await page.evaluate<number>(SIDEWAYS)]).toEqual([width, path, 0]);
                }
              });
          }),
        );
      }));

    async function walk(page: Page, origin: string): Promise<void> {
      await page.goto(`${origin}/runs`);
      const steps: Focused[] = [];
      do {
        await page.keyboard.press("Tab");
        steps.push(await page.evaluate<Focused>(FOCUSED));
      } while (steps.at(-1)?.name !== "region" && steps.length < 20);
      expect(steps.map(({ name }) => name)).toEqual(["skip", "brand", ...PAGES.map(() => "nav"), "region"]);
      expect(steps.filter(({ isSeen }) => !isSeen)).toEqual([]);
      await page.goto(`${origin}/runs`);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      // Past the menu, at what is first of the content.
      expect(await page.evaluate<Focused>(FOCUSED)).toMatchObject({ name: "region" });
    }

    const colours = (colorScheme: "light" | "dark", origin: string) =>
      inTab(browser, { colorScheme }, async (page) => {
        await page.goto(`${origin}/`);
        return page.evaluate<{ background: string; ink: string }>(
          "(({ backgroundColor, color }) => ({ background: backgroundColor, ink: color }))(getComputedStyle(document.documentElement))",
        );
      });
  });
}

/** Pages that are read one after the other are not of the same moment. */
const withoutTimes = (text: string): string =>
  text
    .replace(/\d+(\.\d+)? (ms|s|min|h)\b( \d+ (s|min))?( ago)?|just now|in a moment|, [\d,]+ a second/g, "")
    .replace(/\s+/g, " ");
