import { describe, expect, test } from "@jest/globals";
import { isSecret } from "../../../src/lib/isSecret.ts";
import { refusalOf } from "../../../src/web/requestGuard.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const LOCAL = "127.0.0.1:8473";
const statusFor = (
  sent: { host?: string; authorization?: string },
  { token, isOpen = false }: { token?: string; isOpen?: boolean } = {},
): number => {
  const sender = { host: sent.host, authorization: sent.authorization };
  return refusalOf(sender, token, isOpen)?.status ?? 200;
};

describe("without a token", () => {
  test.each([LOCAL, "localhost:8473", "LOCALHOST", "127.0.0.1", "[::1]:8473", "localhost:1"])(
    "whoever means this machine is answered: %s",
    (host) => {
      expect(statusFor({ host })).toBe(200);
      expect(statusFor({ host }, { isOpen: true })).toBe(200);
    },
  );

  test.each([
    undefined,
    "",
    "evil.example",
    "evil.example:8473",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example#127.0.0.1",
    "evil@localhost",
    "localhost,evil.example",
    "0.0.0.0:8473",
    "192.168.1.2:8473",
    "localhost.",
    "localhost:",
    "localhost\nevil.example",
  ])("another host name is refused, also of what is open: %j", (host) => {
    const sent = host === undefined ? {} : { host };
    expect(statusFor(sent)).toBe(421);
    expect(statusFor(sent, { isOpen: true })).toBe(421);
  });
});

describe("with a token", () => {
  const asked = { token: TOKEN };

  test.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `Bearer   ${TOKEN} `])(
    "who knows it is answered: %j",
    (authorization) => {
      expect(statusFor({ host: LOCAL, authorization }, asked)).toBe(200);
      expect(statusFor({ host: "till.example.com", authorization }, asked)).toBe(200);
    },
  );

  test.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN}0`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    "Bearer undefined",
  ])("who does not is asked for it, on loopback too: %j", (authorization) => {
    const sent = { host: LOCAL, ...(authorization !== undefined && { authorization }) };
    expect(statusFor(sent, asked)).toBe(401);
    expect(statusFor(sent, { ...asked, isOpen: true })).toBe(200);
  });
});

test("no refusal shows the token", () => {
  const refusal = refusalOf({ host: LOCAL, authorization: "Bearer wrong" }, TOKEN, false);
  expect(JSON.stringify(refusal)).not.toMatch(/wrong|0123456789/);
});

test("nothing is the secret while there is none, whatever is sent", () => {
  for (const sent of [undefined, null, "", "undefined", 0]) expect(isSecret(sent, undefined)).toBe(false);
  expect([isSecret("a", "a"), isSecret("a", "b"), isSecret("ab", "a"), isSecret(["a"], "a")]).toEqual([
    ...[true, false, false, false],
  ]);
});
