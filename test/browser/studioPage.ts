import type { Browser, Page } from "playwright-core";

/** Studio in a tab, and all that the tab asked the network for or complained about. */
export interface StudioPage {
  readonly page: Page;
  /** Addresses that are not Studio's own. */
  readonly foreignRequests: readonly string[];
  /** Errors on the browser's console, and requests that its policy stopped. */
  readonly complaints: readonly string[];
  /** Opens a table or view, as `schema.name`, at its first page of up to 100 rows. */
  show(relation: string): Promise<void>;
  /** What stands in each row shown, by column. */
  rows(): Promise<Record<string, string>[]>;
  /** Makes the window wide enough for any table: Studio leaves columns out that are not in view. */
  widen(): Promise<void>;
  /** How many pages Studio says there are. */
  pages(): Promise<number>;
  /** Asks the database, by the way that Studio's page does. */
  query(sql: string): Promise<Record<string, unknown>[]>;
}

const NARROW = 1600;
const WIDE = 4800;
const HEIGHT = 1000;

/** Runs in the page, whose types this project does not load. */
const READ_ROWS = `
  [...document.querySelectorAll("tbody tr")]
    .map((line) =>
      Object.fromEntries(
        [...line.querySelectorAll("td[data-grid-row-index][data-grid-column-id]")]
          .map((cell) => [cell.dataset.gridColumnId, cell.innerText.trim()]),
      ),
    )
    .filter((row) => Object.keys(row).length > 0)`;

export async function openStudioPage(browser: Browser, address: string): Promise<StudioPage> {
  const context = await browser.newContext({ viewport: { width: NARROW, height: HEIGHT } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const { origin } = new URL(address);
  const foreignRequests: string[] = [];
  const complaints: string[] = [];
  await context.route("**/*", async (route) => {
    const { href, origin: to } = new URL(route.request().url());
    if (to === origin) {
      await route.continue();
      return;
    }
    foreignRequests.push(href);
    await route.abort();
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));

  await page.goto(address);
  const show = async (relation: string): Promise<void> => {
    const [schema = "", table = ""] = relation.split(".");
    // Another address than the last: a change after the # alone loads nothing.
    await page.goto("about:blank");
    await page.setViewportSize({ width: NARROW, height: HEIGHT });
    await page.goto(`${origin}/#schema=${schema}&table=${table}`);
    const pageSize = page.getByRole("button", { name: "Rows per page" });
    await pageSize.waitFor();
    if ((await pageSize.innerText()) !== "100 rows per page") {
      await pageSize.click();
      await page.getByRole("menuitemradio", { name: "100 rows per page", exact: true }).click();
    }
  };
  const rows = (): Promise<Record<string, string>[]> => page.evaluate(READ_ROWS);
  const widen = (): Promise<void> => page.setViewportSize({ width: WIDE, height: HEIGHT });
  return { page, foreignRequests, complaints, show, rows, widen, pages, query };

  async function pages(): Promise<number> {
    const text = await page.locator("body").innerText();
    return Number(/\bof\s+(\d+)/.exec(text)?.[1]);
  }
  async function query(sql: string): Promise<Record<string, unknown>[]> {
    return page.evaluate(async (statement) => {
      const response = await fetch("/bff", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ procedure: "query", query: { sql: statement, parameters: [] } }),
      });
      const [error, found] = (await response.json()) as [unknown, Record<string, unknown>[]];
      if (error !== null) throw new Error(JSON.stringify(error));
      return found;
    }, sql);
  }
}
