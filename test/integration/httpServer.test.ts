import { expect, jest, test } from "@jest/globals";
import type { AddressInfo } from "node:net";
import { createServer } from "../../src/web/createServer.ts";
import type { Route } from "../../src/web/routes/route.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { openSlowConnections, sendText } from "../fixtures/httpClient.ts";

jest.setTimeout(60_000);

const TOKEN = "0123456789abcdef0123456789abcdef";
const SECRET = "hunter2-hunter2";
const ROUTES: readonly Route[] = [
  { path: "/open", isOpen: true, answer: () => ({ status: "ok" }) },
  { path: "/closed", answer: () => ({ status: "closed" }) },
  {
    path: "/fails",
    answer: () => {
      throw new Error(`no connection to postgresql, password="${SECRET}"`);
    },
  },
];

/** Gives `work` a server that listens, and what it has logged. */
async function withServer(
  work: (server: { origin: string; port: number; logged: () => string }) => Promise<void>,
  token?: string,
): Promise<void> {
  const logger = collectingLogger();
  const server = createServer({ token, logger, routes: ROUTES });
  try {
    await server.listen({ host: "127.0.0.1", port: 0 });
    const { port } = server.server.address() as AddressInfo;
    await work({ origin: `http://127.0.0.1:${port}`, port, logged: () => JSON.stringify(logger.lines) });
  } finally {
    await server.close();
  }
}

test.each([
  ["an answer", "/open", 200, { status: "ok" }],
  ["an unknown path", "/nothing", 404, { error: { code: "not_found" } }],
  ["a path that cannot be read", "/%zz", 400, { error: { code: "bad_request" } }],
  ["a page that fails", "/fails", 500, { error: { code: "internal_error" } }],
])("%s is JSON that no browser keeps, frames or guesses about", (_what, path, status, body) =>
  withServer(async ({ origin }) => {
    const answer = await fetch(origin + path);
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
      "cross-origin-resource-policy": "same-origin",
    });
    for (const name of ["server", "x-powered-by"]) expect(answer.headers.has(name)).toBe(false);
    expect(await answer.json()).toMatchObject(body);
  }),
);

test("HEAD is answered as GET is, without the body", () =>
  withServer(async ({ origin }) => {
    const [head, get] = [await fetch(`${origin}/open`, { method: "HEAD" }), await fetch(`${origin}/open`)];
    expect([head.status, head.headers.get("content-length")]).toEqual([
      200,
      get.headers.get("content-length"),
    ]);
    expect(await head.text()).toBe("");
  }));

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])(
  "%s is not allowed, and its body not read",
  (method) =>
    withServer(async ({ origin, port }) => {
      const answer = await fetch(`${origin}/open`, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      const head = `${method} /open HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nx`;
      const { ended } = await sendText(port, head);
      expect(await ended).toMatch(/^HTTP\/1\.1 405 /);
    }),
);

test.each([
  ["no HTTP", "hello\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["no host", "GET /open HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
  [
    "a foreign host",
    "GET /open HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 421 /,
  ],
  [
    "headers without an end",
    `GET /open HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}`,
    /^HTTP\/1\.1 400 /,
  ],
])("a request with %s is refused", (_what, text, expected) =>
  withServer(async ({ port }) => {
    const { ended } = await sendText(port, text);
    const answer = await ended;
    expect(answer).toMatch(expected);
    // Node itself answers the one without a host, before anything of ours.
    if (!text.startsWith("GET /open HTTP/1.1\r\n\r\n")) expect(answer).toMatch(/nosniff/i);
    expect(answer).not.toMatch(/Parse Error|HPE_|\bat /);
  }),
);

test("the token is asked for, of unknown paths too", () =>
  withServer(async ({ origin }) => {
    const status = async (path: string, authorization?: string): Promise<number> =>
      (await fetch(origin + path, { headers: authorization === undefined ? {} : { authorization } })).status;
    expect(await status("/open")).toBe(200);
    for (const path of ["/closed", "/nothing", "/open/", "//open", "/%6fpen/"])
      expect([path, await status(path)]).toEqual([path, 401]);
    expect(await status("/closed", `Bearer ${TOKEN}x`)).toBe(401);
    expect(await status("/closed", `Bearer ${TOKEN}`)).toBe(200);
    expect(await status("/nothing", `Bearer ${TOKEN}`)).toBe(404);
    expect((await fetch(`${origin}/closed`)).headers.get("www-authenticate")).toBe(
      `Bearer realm="Tillhouse", Basic realm="Tillhouse", charset="UTF-8"`,
    );
  }, TOKEN));

test("neither answers nor the log show a secret, a query or a stack", () =>
  withServer(async ({ origin, logged }) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(`${origin}/fails?password=${SECRET}`, { headers });
    expect(await answer.text()).toBe(
      '{"error":{"code":"internal_error","message":"This went wrong: see the daemon\'s log."}}',
    );
    await fetch(`${origin}/${TOKEN}?token=${TOKEN}`, { headers });
    expect(logged()).toContain('"status":404');
    expect(logged()).not.toMatch(new RegExp(`${TOKEN}|${SECRET}|\\?|\\.ts`));
  }, TOKEN));

test("who sends nothing, or slowly, keeps nobody out, and is cut off", () =>
  withServer(async ({ origin, port }) => {
    const slow = await openSlowConnections(port, 1_300);
    const answer = await fetch(`${origin}/open`);
    expect(answer.status).toBe(200);
    const open = slow.filter(({ socket }) => !socket.destroyed && !socket.readableEnded);
    expect(open.length).toBeLessThanOrEqual(1_000);
    // The last of them as well, by the time within which headers must come, and are told so.
    const answers = await Promise.all(slow.map(({ ended }) => ended));
    expect(answers.at(-1)).toMatch(/^HTTP\/1\.1 408 [^]*"request_timeout"/);
    expect((await fetch(`${origin}/open`)).status).toBe(200);
  }));

test("on a connection that nothing was sent on comes nothing, as a browser that opened it ahead would show it", () =>
  withServer(async ({ port }) => {
    const { ended } = await sendText(port, "");
    expect(await ended).toBe("");
  }));
