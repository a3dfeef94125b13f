import { expect, jest, test } from "@jest/globals";
import { sendText } from "../fixtures/httpClient.ts";
import { forbiddenIn, readMarkup, textOf } from "../fixtures/markup.ts";
import { addressAt, withPages, type Pages } from "../fixtures/pages.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(120_000);

const TOKEN = "0123456789abcdef0123456789abcdef";
const HTML = { accept: "text/html,application/xhtml+xml" };

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

/** All that there is, under an address that there is, and one that there is not. */
const addressesOf = ({ routes }: Pages): string[] => [
  ...routes.map(({ path }) => addressAt(path)),
  ...["/nothing", "/runs/0", "/model/x"],
];

/** Where what a route leads to is not there yet, or the daemon is not ready: there is an answer all the same. */
const isAnswer = (status: number): boolean => [200, 404, 503].includes(status);

test(
  "whoever does not know the token learns nothing but that the daemon is alive",
  inWarehouse((warehouse) =>
    withPages(warehouse, { token: TOKEN }, async (pages) => {
      const { get, routes, logged } = pages;
      expect(routes.filter(({ isOpen }) => isOpen).map(({ path }) => path)).toEqual(["/healthz"]);
      expect(routes.length).toBeGreaterThan(24);
      const wrong = [
        ...[
          undefined,
          `Bearer ${TOKEN}x`,
          `Bearer ${TOKEN.toUpperCase()}`,
          "Bearer",
          `Token ${TOKEN}`,
          TOKEN,
        ],
        ...[
          "Basic",
          "Basic ???",
          basic(TOKEN),
          basic(`${TOKEN}:`),
          basic(`x:${TOKEN}:`),
          basic(`x:${TOKEN}\n`),
        ],
        `Basic ${TOKEN}`,
      ];
      for (const address of addressesOf(pages)) {
        if (address === "/healthz") continue;
        for (const authorization of wrong) {
          const answer = await get(address, {
            ...HTML,
            ...(authorization !== undefined && { authorization }),
          });
          expect([address, authorization, answer.status]).toEqual([address, authorization, 401]);
          expect(answer.text).not.toContain(TOKEN);
          expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm=.*Basic realm=/);
        }
        for (const right of [`Bearer ${TOKEN}`, basic(`:${TOKEN}`), basic(`somebody:${TOKEN}`)]) {
          const { status } = await get(address, { authorization: right });
          expect([address, right, isAnswer(status)]).toEqual([address, right, true]);
        }
      }
      expect((await get("/healthz")).status).toBe(200);
      expect(logged()).not.toContain(TOKEN);
    }),
  ),
);

test(
  "without a token nothing is served under a name that is not this machine's",
  inWarehouse((warehouse) =>
    withPages(warehouse, {}, async (pages) => {
      const ask = async (address: string, host: string): Promise<string> => {
        const head = `GET ${address} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        return (await (await sendText(pages.port, head)).ended).slice(
          "HTTP/1.1 ".length,
          "HTTP/1.1 ".length + 3,
        );
      };
      for (const address of addressesOf(pages)) {
        for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1"])
          expect([address, host, await ask(address, host)]).toEqual([address, host, "421"]);
        const status = Number(await ask(address, `localhost:${pages.port}`));
        expect([address, isAnswer(status)]).toEqual([address, true]);
      }
    }),
  ),
);

test.each([
  ["not there", "/runs/77", {}, 404, "not_found"],
  ["not allowed", "/runs", { token: TOKEN }, 401, "token_required"],
])("what is %s is a page for a browser, and JSON for anybody else", (_what, address, options, status, code) =>
  inWarehouse((warehouse) =>
    withPages(warehouse, options, async ({ get }) => {
      const page = await get(address, HTML);
      expect([page.status, page.headers.get("content-type")]).toEqual([status, "text/html; charset=utf-8"]);
      const read = readMarkup(page.text);
      expect(forbiddenIn(read)).toEqual([]);
      expect(textOf(read)).toContain(code);
      for (const accept of ["application/json", "*/*"]) {
        const json = await get(address, { accept });
        expect([json.status, json.headers.get("content-type")]).toEqual([
          ...[status, "application/json; charset=utf-8"],
        ]);
        expect(JSON.parse(json.text)).toMatchObject({ error: { code } });
      }
    }),
  )(),
);

test(
  "a browser is told on a page that a name is not served",
  inWarehouse((warehouse) =>
    withPages(warehouse, {}, async ({ port }) => {
      const head = "GET / HTTP/1.1\r\nHost: evil.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
      const answer = await (await sendText(port, head)).ended;
      expect(answer).toMatch(
        /^HTTP\/1\.1 421 [^]*content-type: text\/html[^]*<!DOCTYPE html>[^]*host_refused/i,
      );
    }),
  ),
);
