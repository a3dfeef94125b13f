import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/loadConfig.ts";
import { SETTINGS, type SettingName } from "../../../src/config/settings.ts";
import { TillhouseError } from "../../../src/lib/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "tillhouse-config-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const NO_FILE = join(folder, "none");
const KEY = "0123456789abcdef".repeat(4);
const DATABASE_URL = "postgresql://user:hunter2@db.example.com/tillhouse";

function envFile(text: string): string {
  const path = join(mkdtempSync(join(folder, "env-")), ".env");
  writeFileSync(path, text);
  return path;
}

function errorOf(environment: Record<string, string>, file = NO_FILE): TillhouseError {
  try {
    loadConfig(environment, file);
  } catch (error) {
    if (error instanceof TillhouseError) return error;
    throw error;
  }
  throw new Error("the configuration was taken");
}

const WRONG: readonly (readonly [SettingName, string])[] = [
  ["DATABASE_URL", "db.example.com"],
  ["DATABASE_URL", "mysql://user:hunter2@db.example.com/tillhouse"],
  ["DATABASE_URL", "postgresql://user:hunter2@db.example.com"],
  ["DATABASE_URL", "postgresql://user:hunter2@db.example.com:port/tillhouse"],
  ["CARD_TOKEN_KEY", "hunter2"],
  ["CARD_TOKEN_KEY", KEY.slice(0, 62)],
  ["CARD_TOKEN_KEY", `${KEY}a`],
  ["CARD_TOKEN_KEY", `${KEY} ${KEY}`],
  ["CARD_TOKEN_KEY", "hunter2 and many more words, as a passphrase has them"],
  ["CARD_TOKEN_KEY", "$(openssl rand -hex 32)"],
  ["LEDGER_KEY", "hunter2"],
  ["LEDGER_KEY", `${KEY}a`],
  ["SOURCE_TIMEZONE", "Paris"],
  ["SOURCE_TIMEZONE", "Europe/Atlantis"],
  ["TIMEZONE", "GMT+25"],
  ["SOURCE_DATE_ORDER", "ymd"],
  ["SOURCE_DATE_ORDER", "MDY"],
  ["INGEST_CRON", "daily"],
  ["INGEST_CRON", "* * * *"],
  ["INGEST_CRON", "61 * * * *"],
  ["INGEST_CRON", "*/0 * * * *"],
  ["INGEST_CRON", "1-999999999 * * * *"],
  ["VERIFY_CRON", "nightly"],
  ["FRESHNESS_CRON", "* * *"],
  ["RETENTION_CRON", "0 25 * * *"],
  ["INGEST_TIME_LIMIT_MIN", "2h"],
  ["VERIFY_TIME_LIMIT_MIN", "35001"],
  ["RETENTION_DAYS", "0"],
  ["ALERT_WEBHOOK_URL", "hooks.example.com/hunter2"],
  ["ALERT_WEBHOOK_URL", "ftp://hooks.example.com/hunter2"],
  ["ALERT_WEBHOOK_URL", "https://me:hunter2@hooks.example.com/"],
  ["DEADMAN_PING_URL", "javascript:hunter2"],
  ["ALERT_REJECT_RATIO", "2%"],
  ["SETTLE_MS", "2s"],
  ["SETTLE_MS", "-1"],
  ["SETTLE_MS", "1e3"],
  ["SETTLE_MS", "3600001"],
  ["SCHEMA_CHANGES", "stop"],
  ["SCHEMA_CHANGES", "Warn"],
  ["SCHEMA_CHANGES", "warn,fail"],
  ["SCHEMA_CHANGES", "sales=fail"],
  ["SCHEMA_CHANGES", "=fail"],
  ["SCHEMA_CHANGES", "stores"],
  ["SCHEMA_CHANGES", "stores="],
  ["SCHEMA_CHANGES", "stores=fail,stores=warn"],
  ["SCHEMA_CHANGES", "stores=fail=warn"],
  ["SCHEMA_CHANGES", "stores=fail,"],
  ["LOG_LEVEL", "verbose"],
  ["LOG_LEVEL", "info\ndebug\u2028"],
  ["LOG_LEVEL", "x".repeat(10_000)],
  ["MAX_REJECT_RATIO", "10%"],
  ["MAX_REJECT_RATIO", "1.5"],
  ["MAX_REJECT_RATIO", "0,1"],
  ["MAX_RECORD_BYTES", "1MB"],
  ["MAX_RECORD_BYTES", "100"],
  ["MAX_RECORD_BYTES", "99999999999999999999"],
  ["MAX_UNPACK_RATIO", "0"],
  ["CHUNK_RECORDS", "0"],
  ["UNDO_RUNS", "-1"],
  ["HTTP_HOST", "all"],
  ["HTTP_HOST", "127.0.0.1:8473"],
  ["HTTP_HOST", "fe80::1%eth0"],
  ["HTTP_PORT", "http"],
  ["HTTP_PORT", "65536"],
  ["HTTP_TOKEN", "hunter2"],
  ["HTTP_TOKEN", "0123456789abcdef".repeat(2).slice(1)],
  ["HTTP_TOKEN", "hunter2 and many more words, as a passphrase has them"],
  ["HTTP_TOKEN", "$(openssl rand -hex 32)"],
];

describe("a wrong configuration", () => {
  test.each(WRONG)("%s=%j gives one line that names the variable and an example", (name, text) => {
    const error = errorOf({ [name]: text, ...(name === "DATABASE_URL" ? { CARD_TOKEN_KEY: KEY } : {}) });
    expect(error).toMatchObject({
      code: "config_invalid",
      exitCode: 2,
      retry: "never",
      details: { variable: name },
    });
    expect(error.message).toMatch(
      new RegExp(`^${name} must be [^\\p{Cc}\\u2028]{1,200}\\. Example: ${name}=\\S.*$`, "u"),
    );
  });

  test.each(WRONG.filter(([name]) => /URL|KEY|TOKEN/.test(name)))(
    "shows nothing of what is secret: %s=%j",
    (name, text) => {
      const error = errorOf({ [name]: text, ...(name === "DATABASE_URL" ? { CARD_TOKEN_KEY: KEY } : {}) });
      const told = error.message.replace(/Example: .*/, "") + JSON.stringify(error.details);
      expect(told).not.toContain(text);
      expect(told).not.toMatch(/hunter2|0123456789abcdef|passphrase has/);
      expect(error.cause).toBeUndefined();
    },
  );

  test("is one with a database of one's own and no card token key", () => {
    const error = errorOf({ DATABASE_URL });
    expect(error.message).toMatch(/^CARD_TOKEN_KEY is required with DATABASE_URL\. Example: CARD_TOKEN_KEY=/);
    expect(error.message).not.toContain("hunter2");
  });

  test("is one with a replica and no database that it could be one of", () => {
    const READER_DATABASE_URL = DATABASE_URL.replace("localhost", "replica");
    const error = errorOf({ READER_DATABASE_URL });
    expect(error).toMatchObject({ exitCode: 2, details: { variable: "DATABASE_URL" } });
    expect(error.message).toMatch(
      /^DATABASE_URL is required with READER_DATABASE_URL, .*Example: DATABASE_URL=/,
    );
    expect(error.message).not.toContain("hunter2");
    const both = { DATABASE_URL, READER_DATABASE_URL, CARD_TOKEN_KEY: KEY };
    expect(loadConfig(both, NO_FILE)).toMatchObject({ readerDatabaseUrl: READER_DATABASE_URL });
  });

  test.each(["0.0.0.0", "::", "192.168.1.2", "128.0.0.1", "::ffff:127.0.0.1"])(
    "is one that lets others than this machine ask (%s) without a token",
    (HTTP_HOST) => {
      const error = errorOf({ HTTP_HOST });
      expect(error).toMatchObject({ exitCode: 2, details: { variable: "HTTP_TOKEN" } });
      expect(error.message).toMatch(
        /^HTTP_TOKEN is required where HTTP_HOST is not loopback\. Example: HTTP_TOKEN=\S/,
      );
      expect(loadConfig({ HTTP_HOST, HTTP_TOKEN: KEY }, NO_FILE)).toMatchObject({ httpToken: KEY });
      expect(loadConfig({ HTTP_HOST, HTTP_PORT: "0" }, NO_FILE)).toMatchObject({ httpPort: 0 });
    },
  );

  test("is found in the .env file too", () => {
    expect(errorOf({}, envFile("SETTLE_MS=soon\n")).message).toMatch(
      /^SETTLE_MS must be a whole number, not "soon"/,
    );
  });

  test("is a .env that cannot be read", () => {
    const path = join(folder, "directory.env");
    mkdirSync(path);
    expect(errorOf({}, path)).toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(path),
    });
  });
});

describe("the configuration", () => {
  test("has a value for every setting, under its name in camelCase", () => {
    const camelCase = (name: string) =>
      name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(Object.keys(loadConfig({}, NO_FILE)).sort()).toEqual(Object.keys(SETTINGS).map(camelCase).sort());
  });

  test("has the defaults that the documentation promises", () => {
    expect(loadConfig({}, NO_FILE)).toMatchObject({
      databaseUrl: undefined,
      dataDir: resolve("data"),
      stateDir: resolve(".tillhouse"),
      cardTokenKey: undefined,
      sourceTimezone: "UTC",
      sourceDateOrder: "mdy",
      ingestCron: "0 0 * * *",
      settleMs: 2000,
      maxRejectRatio: 0.1,
      httpHost: "127.0.0.1",
      httpPort: 8473,
      httpToken: undefined,
    });
  });

  test("takes each setting's own example", () => {
    for (const [name, { example }] of Object.entries(SETTINGS)) {
      const text = /_(KEY|TOKEN)$/.test(name) ? KEY : example;
      expect(loadConfig({ DATABASE_URL, CARD_TOKEN_KEY: KEY, [name]: text }, NO_FILE)).toBeDefined();
    }
  });

  test.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("asks for no token at %s", (HTTP_HOST) => {
    const expected = HTTP_HOST === "localhost" ? "127.0.0.1" : HTTP_HOST;
    expect(loadConfig({ HTTP_HOST }, NO_FILE)).toMatchObject({ httpHost: expected, httpToken: undefined });
  });

  test("takes the key as hexadecimal and as base64 of any kind", () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      expect(loadConfig({ CARD_TOKEN_KEY: key.toString(encoding) }, NO_FILE).cardTokenKey).toEqual(key);
    }
    expect(loadConfig({ CARD_TOKEN_KEY: KEY.toUpperCase() }, NO_FILE).cardTokenKey).toHaveLength(32);
  });

  test("comes from the environment first, then from the .env file, then from the defaults", () => {
    const file = envFile("LOG_LEVEL=debug\nSETTLE_MS=5 # ms\nTIMEZONE='Europe/Paris'\n");
    const { logLevel, settleMs, timezone, sourceDateOrder } = loadConfig({ LOG_LEVEL: "warn" }, file);
    expect({ logLevel, settleMs, timezone, sourceDateOrder }).toEqual({
      logLevel: "warn",
      settleMs: 5,
      timezone: "Europe/Paris",
      sourceDateOrder: "mdy",
    });
  });

  test.each([
    ["fail", { stores: "fail", devices: "fail", transactions: "fail" }],
    ["", { stores: "warn", devices: "warn", transactions: "warn" }],
    ["stores=fail, transactions=ignore", { stores: "fail", devices: "warn", transactions: "ignore" }],
    ["devices=warn,ignore", { stores: "ignore", devices: "warn", transactions: "ignore" }],
  ])("says what is done about changed columns, for all sources or by source: %j", (text, expected) => {
    expect(loadConfig({ SCHEMA_CHANGES: text }, NO_FILE).schemaChanges).toEqual(expected);
  });

  test("counts a variable set to nothing as unset, and so takes the default", () => {
    expect(loadConfig({ LOG_LEVEL: "" }, envFile("LOG_LEVEL=debug")).logLevel).toBe("info");
    expect(
      loadConfig({ DATABASE_URL: "" }, envFile(`DATABASE_URL=${DATABASE_URL}`)).databaseUrl,
    ).toBeUndefined();
  });

  test("is frozen", () => {
    expect(Object.isFrozen(loadConfig({}, NO_FILE))).toBe(true);
  });
});
