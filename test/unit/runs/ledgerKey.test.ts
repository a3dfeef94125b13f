import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/loadConfig.ts";
import { EMPTY_SHA256, ledgerKey, ledgerKeyOf } from "../../../src/runs/ledgerKey.ts";
import { fingerprintOfKey } from "../../../src/sources/cards.ts";

const CARD_TOKEN_KEY = "0123456789abcdef".repeat(4);
const LEDGER_KEY = "fedcba9876543210".repeat(4);
const DATABASE_URL = "postgresql://user@db.example.com/tillhouse";

const of = (secret: string) => ledgerKeyOf(Buffer.from(secret, "hex"));

test("a digest depends on the bytes and on the key, and is neither the hash nor anything of the key", () => {
  const digests = [of(CARD_TOKEN_KEY), of(LEDGER_KEY)].flatMap((key) => [
    key.digestOf(EMPTY_SHA256),
    key.digestOf("00".repeat(32)),
  ]);
  expect(new Set([...digests, EMPTY_SHA256]).size).toBe(5);
  for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(of(CARD_TOKEN_KEY).id).not.toBe(of(LEDGER_KEY).id);
  expect(of(CARD_TOKEN_KEY).id).not.toBe(
    fingerprintOfKey(Buffer.from(CARD_TOKEN_KEY, "hex")).replaceAll("-", ""),
  );
  expect(EMPTY_SHA256).toBe(createHash("sha256").digest("hex"));
});

test("digests and fingerprints stay what they are: warehouses keep them", () => {
  const key = of(CARD_TOKEN_KEY);
  // Worked out by hand after RFC 5869.
  expect(key.id).toBe("caa36b639e582857bdb98c0fda8c5dcb");
  expect(key.digestOf(EMPTY_SHA256)).toBe("b999b373c7278527d0630fdd13e0ed6473dc69654f91584fbd53f5f8773d9ee3");
});

test("the key is that of LEDGER_KEY, else of STATE_DIR, or with DATABASE_URL of CARD_TOKEN_KEY", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-keys-"));
  const idWith = async (settings: Record<string, string>): Promise<string> =>
    (await ledgerKey(loadConfig({ STATE_DIR: folder, ...settings }, "no .env file"))).id;
  try {
    expect(await idWith({ DATABASE_URL, CARD_TOKEN_KEY, LEDGER_KEY })).toBe(of(LEDGER_KEY).id);
    expect(await idWith({ LEDGER_KEY })).toBe(of(LEDGER_KEY).id);
    expect(await idWith({ DATABASE_URL, CARD_TOKEN_KEY })).toBe(of(CARD_TOKEN_KEY).id);
    const made = await idWith({});
    expect(await idWith({ CARD_TOKEN_KEY })).toBe(made);
    expect(made).toBe(of((await readFile(join(folder, "secrets", "ledger-key"), "utf8")).trim()).id);
  } finally {
    await rm(folder, { recursive: true });
  }
});
