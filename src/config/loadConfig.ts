import { readFileSync } from "node:fs";
import { parse as parseEnvFile } from "dotenv";
import { TillhouseError } from "../lib/errors.ts";
import { isLoopback } from "../lib/loopback.ts";
import { SETTINGS, type SettingName, type SettingValues } from "./settings.ts";

/** Every setting's value, under camelCase names. Frozen. */
export interface Config {
  /** Undefined: the embedded server. */
  readonly databaseUrl: SettingValues["DATABASE_URL"];
  readonly dataDir: SettingValues["DATA_DIR"];
  readonly stateDir: SettingValues["STATE_DIR"];
  /** Undefined with the embedded server: it makes one. */
  readonly cardTokenKey: SettingValues["CARD_TOKEN_KEY"];
  /** Undefined: the embedded server makes one; with a server of one's own, the card token key serves. */
  readonly ledgerKey: SettingValues["LEDGER_KEY"];
  readonly sourceTimezone: SettingValues["SOURCE_TIMEZONE"];
  readonly sourceDateOrder: SettingValues["SOURCE_DATE_ORDER"];
  readonly ingestCron: SettingValues["INGEST_CRON"];
  readonly ingestCatchUp: SettingValues["INGEST_CATCH_UP"];
  readonly ingestTimeLimitMin: SettingValues["INGEST_TIME_LIMIT_MIN"];
  readonly verifyCron: SettingValues["VERIFY_CRON"];
  readonly verifyTimeLimitMin: SettingValues["VERIFY_TIME_LIMIT_MIN"];
  readonly freshnessCron: SettingValues["FRESHNESS_CRON"];
  readonly freshnessTimeLimitMin: SettingValues["FRESHNESS_TIME_LIMIT_MIN"];
  readonly retentionCron: SettingValues["RETENTION_CRON"];
  readonly retentionTimeLimitMin: SettingValues["RETENTION_TIME_LIMIT_MIN"];
  readonly retentionDays: SettingValues["RETENTION_DAYS"];
  /** Undefined: nobody is told. */
  readonly alertWebhookUrl: SettingValues["ALERT_WEBHOOK_URL"];
  readonly alertRejectRatio: SettingValues["ALERT_REJECT_RATIO"];
  readonly deadmanPingUrl: SettingValues["DEADMAN_PING_URL"];
  readonly timezone: SettingValues["TIMEZONE"];
  readonly settleMs: SettingValues["SETTLE_MS"];
  readonly retryMs: SettingValues["RETRY_MS"];
  readonly httpHost: SettingValues["HTTP_HOST"];
  /** 0: no HTTP. */
  readonly httpPort: SettingValues["HTTP_PORT"];
  readonly httpToken: SettingValues["HTTP_TOKEN"];
  readonly logLevel: SettingValues["LOG_LEVEL"];
  readonly maxRejectRatio: SettingValues["MAX_REJECT_RATIO"];
  /** Absolute. Undefined: the project's own. */
  readonly checksFile: SettingValues["CHECKS_FILE"];
  readonly maxRecordBytes: SettingValues["MAX_RECORD_BYTES"];
  readonly workers: SettingValues["WORKERS"];
  readonly chunkRecords: SettingValues["CHUNK_RECORDS"];
  readonly undoRuns: SettingValues["UNDO_RUNS"];
}

/** These hold secrets: a message about them never shows what they hold. */
const SECRET: readonly SettingName[] = [
  "DATABASE_URL",
  "CARD_TOKEN_KEY",
  "LEDGER_KEY",
  "HTTP_TOKEN",
  // Who has the address can post to it.
  "ALERT_WEBHOOK_URL",
  "DEADMAN_PING_URL",
];

const SHOWN_CHARACTERS = 80;

/** A value for a message of one line. */
function quoted(text: string): string {
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(short).replace(/[\p{Cc}\u2028\u2029]/gu, "?");
}

type Environment = Readonly<Record<string, string | undefined>>;

function valueOf<Name extends SettingName>(name: Name, environment: Environment): SettingValues[Name] {
  const setting = SETTINGS[name];
  const given = environment[name];
  const text =
    given === undefined || given === "" ? ("default" in setting ? setting.default : undefined) : given;
  if (text === undefined) return undefined as SettingValues[Name];
  const parsed = setting.schema.safeParse(text);
  if (parsed.success) return parsed.data as SettingValues[Name];
  const what = parsed.error.issues[0]?.message ?? "is not valid";
  const shown = SECRET.includes(name) ? "" : `, not ${quoted(text)}`;
  throw new TillhouseError("config_invalid", `${name} ${what}${shown}. Example: ${name}=${setting.example}`, {
    variable: name,
  });
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnvFile(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return {};
    throw new TillhouseError(
      "config_invalid",
      `${path} cannot be read (${code ?? "unknown error"}): make it a readable file with lines such as LOG_LEVEL=info, or remove it.`,
      { path },
      error,
    );
  }
}

/**
 * Reads and checks the configuration: the environment, then a `.env` file in the working directory for what the
 * environment leaves out. A variable set to nothing counts as unset, and hides the file's value.
 *
 * @throws TillhouseError `config_invalid`, naming the variable, what is wrong with it and an example
 */
export function loadConfig(environment: Environment = process.env, envFile = ".env"): Config {
  const all: Environment = { ...readEnvFile(envFile), ...environment };
  const config: Config = {
    databaseUrl: valueOf("DATABASE_URL", all),
    dataDir: valueOf("DATA_DIR", all),
    stateDir: valueOf("STATE_DIR", all),
    cardTokenKey: valueOf("CARD_TOKEN_KEY", all),
    ledgerKey: valueOf("LEDGER_KEY", all),
    sourceTimezone: valueOf("SOURCE_TIMEZONE", all),
    sourceDateOrder: valueOf("SOURCE_DATE_ORDER", all),
    ingestCron: valueOf("INGEST_CRON", all),
    ingestCatchUp: valueOf("INGEST_CATCH_UP", all),
    ingestTimeLimitMin: valueOf("INGEST_TIME_LIMIT_MIN", all),
    verifyCron: valueOf("VERIFY_CRON", all),
    verifyTimeLimitMin: valueOf("VERIFY_TIME_LIMIT_MIN", all),
    freshnessCron: valueOf("FRESHNESS_CRON", all),
    freshnessTimeLimitMin: valueOf("FRESHNESS_TIME_LIMIT_MIN", all),
    retentionCron: valueOf("RETENTION_CRON", all),
    retentionTimeLimitMin: valueOf("RETENTION_TIME_LIMIT_MIN", all),
    retentionDays: valueOf("RETENTION_DAYS", all),
    alertWebhookUrl: valueOf("ALERT_WEBHOOK_URL", all),
    alertRejectRatio: valueOf("ALERT_REJECT_RATIO", all),
    deadmanPingUrl: valueOf("DEADMAN_PING_URL", all),
    timezone: valueOf("TIMEZONE", all),
    settleMs: valueOf("SETTLE_MS", all),
    retryMs: valueOf("RETRY_MS", all),
    httpHost: valueOf("HTTP_HOST", all),
    httpPort: valueOf("HTTP_PORT", all),
    httpToken: valueOf("HTTP_TOKEN", all),
    logLevel: valueOf("LOG_LEVEL", all),
    maxRejectRatio: valueOf("MAX_REJECT_RATIO", all),
    checksFile: valueOf("CHECKS_FILE", all),
    maxRecordBytes: valueOf("MAX_RECORD_BYTES", all),
    workers: valueOf("WORKERS", all),
    chunkRecords: valueOf("CHUNK_RECORDS", all),
    undoRuns: valueOf("UNDO_RUNS", all),
  };
  if (config.databaseUrl !== undefined && config.cardTokenKey === undefined) {
    throw new TillhouseError(
      "config_invalid",
      `CARD_TOKEN_KEY is required with DATABASE_URL. Example: CARD_TOKEN_KEY=${SETTINGS.CARD_TOKEN_KEY.example}`,
      { variable: "CARD_TOKEN_KEY" },
    );
  }
  if (config.httpPort !== 0 && config.httpToken === undefined && !isLoopback(config.httpHost)) {
    throw new TillhouseError(
      "config_invalid",
      `HTTP_TOKEN is required where HTTP_HOST is not loopback. Example: HTTP_TOKEN=${SETTINGS.HTTP_TOKEN.example}`,
      { variable: "HTTP_TOKEN" },
    );
  }
  return Object.freeze(config);
}
