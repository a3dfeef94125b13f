import { expect, jest, test } from "@jest/globals";
import { behindProxy, type BehindProxy } from "../fixtures/behindProxy.ts";
import { sendText } from "../fixtures/httpClient.ts";
import { readMarkup, textOf } from "../fixtures/markup.ts";
import { withPages, type Pages } from "../fixtures/pages.ts";
import { eventually } from "../processes/eventually.ts";

jest.setTimeout(120_000);

const LIMIT_MS = 10_000;
/** What a machine that is busy with other things may add. */
const SLACK_MS = 10_000;

/** Makes a test body out of one that takes the pages over a database behind a proxy. */
const pagesBehindProxy = (
  work: (scene: Pages & Pick<BehindProxy, "proxy">) => Promise<void>,
): (() => Promise<void>) =>
  behindProxy(({ proxy, database, config }) =>
    withPages({ database, context: () => ({ config }) }, {}, (pages) => work({ ...pages, proxy })),
  );

/** All that is read from the database, and is there while that is empty. */
const pathsOf = ({ routes }: Pages): string[] =>
  routes
    .map(({ path }) => path.replace(":table", "operations.runs"))
    .filter((path) => !/^\/(healthz|readyz|metrics|assets\/.*|runs\/:id)$/.test(path));

async function expectAllBack(pages: Pages): Promise<void> {
  for (const path of pathsOf(pages))
    await eventually(`${path} is back`, async () => (await pages.get(path)).status === 200);
}

test(
  "a database that lets nobody in takes its pages with it, each says so, and each comes back by itself",
  pagesBehindProxy(async ({ proxy, ...pages }) => {
    const { get, logged } = pages;
    const letIn = proxy.refuse();
    for (const path of [...pathsOf(pages), "/runs/1"]) {
      const json = await get(path);
      expect([path, json.status]).toEqual([path, 503]);
      expect(JSON.parse(json.text)).toMatchObject({
        error: { code: expect.stringMatching(/^database_(unreachable|connection_lost)$/) },
      });
      const page = await get(path, { accept: "text/html" });
      expect([path, page.status, page.headers.get("content-type")]).toEqual([
        path,
        503,
        "text/html; charset=utf-8",
      ]);
      expect(textOf(readMarkup(page.text))).toContain("The database is away");
    }
    letIn();
    await expectAllBack(pages);
    // Once more, with connections that are open.
    proxy.refuse()();
    await expectAllBack(pages);
    const { password, port } = new URL(proxy.url);
    for (const secret of [password, `:${port}`, ".ts:", "\\n    at "].filter((text) => text !== ""))
      expect(logged()).not.toContain(secret);
  }),
);

test(
  "a database that hangs keeps nobody waiting for good, and pages come back when it does",
  pagesBehindProxy(async ({ proxy, ...pages }) => {
    const letGo = proxy.hold();
    const askedAt = performance.now();
    const answers = await Promise.all(pathsOf(pages).map((path) => pages.get(path)));
    expect(performance.now() - askedAt).toBeLessThan(LIMIT_MS + SLACK_MS);
    for (const { status, text } of answers) {
      expect(status).toBe(503);
      expect(text).toMatch(/"code":"database_(busy|connection_lost|unreachable)"/);
    }
    letGo();
    await expectAllBack(pages);
  }),
);

/** Requests one behind the other on a few connections: there are fewer of these than a server takes. */
async function askManyTimes({ port }: Pages, path: string, times: number): Promise<Promise<string>[]> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`;
  const text = `${`${request}\r\n`.repeat(9)}${request}Connection: close\r\n\r\n`;
  const asked = Array.from({ length: times / 10 }, async () => (await sendText(port, text)).ended);
  return asked;
}

test(
  "200 who ask for a page at once have one reading of it, and whoever asks later another",
  pagesBehindProxy(async ({ proxy, ...pages }) => {
    const isReading = ({ sql }: { sql: string }): boolean => sql.includes('"operations"."runs"');
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const first = proxy.ambush({ at: isReading, when: "before", act: () => answered });
    const second = proxy.ambush({ at: isReading, occurrence: 2, when: "before", act: () => undefined });
    const asked = await askManyTimes(pages, "/runs", 200);
    await eventually("it is being read", () => first.wasReached);
    // All have been heard by the time that this one is answered.
    await pages.get("/healthz");
    answer();
    const texts = (await Promise.all(asked)).join("");
    expect(texts.match(/HTTP\/1\.1 200 /g)).toHaveLength(200);
    expect(second.wasReached).toBe(false);
    await pages.get("/runs");
    expect(second.wasReached).toBe(true);
  }),
);

test(
  "of different things eight are read at once, and whoever asks for more is told to come again",
  pagesBehindProxy(async ({ proxy, ...pages }) => {
    const letGo = proxy.hold();
    const paths = [
      ...Array.from({ length: 20 }, (_none, index) => `/runs?before=${index + 1}`),
      ...pathsOf(pages).filter((path) => path.endsWith(".csv")),
    ];
    let refused = 0;
    const answers = paths.map(async (path) => {
      const { status, text } = await pages.get(path);
      refused += status === 503 && text.includes("database_busy") ? 1 : 0;
      return status;
    });
    await eventually(
      () => `all but eight are refused, of which there are ${refused}`,
      () => refused >= paths.length - 8,
    );
    const page = await pages.get("/runs?before=99", { accept: "text/html" });
    expect([page.status, textOf(readMarkup(page.text))]).toEqual([
      ...[503, expect.stringContaining("The database is busy")],
    ]);
    letGo();
    const statuses = await Promise.all(answers);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
    // Nothing of that is kept.
    await expectAllBack(pages);
  }),
);
