import { availableParallelism } from "node:os";
import { z } from "zod";
import { CATCH_UPS } from "./catchUp.ts";
import { DATE_ORDERS } from "./dateOrder.ts";
import { LOG_LEVELS } from "../lib/logger.ts";
import {
  absolutePath,
  bearerToken,
  cron,
  key,
  listenAddress,
  postgresUrl,
  ratio,
  timeZone,
  webUrl,
  wholeNumber,
} from "./settingForms.ts";

/** One environment variable: what it means, and how its text becomes a value. */
interface Setting<T> {
  readonly description: string;
  /** Shown when the text is wrong, as `NAME=example`. */
  readonly example: string;
  /** What it is when unset, as text; undefined where unset means something of its own. */
  readonly default?: string;
  /** From the variable's text; its message says what the text should have been. */
  readonly schema: z.ZodType<T, string>;
  /** Whether a message about it never shows what it holds. */
  readonly isSecret?: true;
}

/** Checks the shape and keeps the exact type, so that a setting with a default is known to have a value. */
const setting = <const S extends Setting<unknown>>(value: S): S => value;

/** When the daemon runs a job. */
const cronOf = (does: string, expression: string) =>
  setting({
    description: `When the daemon ${does}, as a cron expression in TIMEZONE.`,
    example: expression,
    default: expression,
    schema: cron,
  });

/** Longer is as good as none, and a timer cannot be set for it. */
const MOST_MINUTES = 35_000;

/** How long a run of the daemon's may take. */
const timeLimitOf = (job: string, minutes: number) =>
  setting({
    description: `Minutes after which a run of the ${job} job by the daemon is stopped, to be begun again later. 0: none.`,
    example: String(minutes),
    default: String(minutes),
    schema: wholeNumber(0, MOST_MINUTES),
  });

/** Chunks are committed in turn, so more threads than these would mostly wait for each other. */
const MOST_WORKERS_UNASKED = 8;

/** Every environment variable there is. The only place that knows their names, defaults and forms. */
export const SETTINGS = {
  DATABASE_URL: setting({
    description:
      "PostgreSQL 15 to 18 to use. Unset: the embedded server, which starts and migrates by itself.",
    example: "postgresql://tillhouse:secret@db.example.com:5432/tillhouse",
    schema: postgresUrl,
    isSecret: true,
  }),
  DATA_DIR: setting({
    description: "Folder in which files arrive.",
    example: "./data",
    default: "./data",
    schema: absolutePath,
  }),
  STATE_DIR: setting({
    description: "Folder of the embedded server and of generated secrets.",
    example: "./.tillhouse",
    default: "./.tillhouse",
    schema: absolutePath,
  }),
  CARD_TOKEN_KEY: setting({
    description:
      "Key that card numbers are tokenised with, at least 32 bytes as hexadecimal or base64. Required with DATABASE_URL; made once for the embedded server. Keep a copy apart from the database.",
    example: "$(openssl rand -hex 32)",
    schema: key,
    isSecret: true,
  }),
  LEDGER_KEY: setting({
    description:
      "Key of the digests by which the ledger knows what was read of a file, in the form of CARD_TOKEN_KEY. Unset: made once for the embedded server; with DATABASE_URL, one is derived from CARD_TOKEN_KEY, so set this when that is rotated.",
    example: "$(openssl rand -hex 32)",
    schema: key,
    isSecret: true,
  }),
  SOURCE_TIMEZONE: setting({
    description: "Time zone of times that carry none.",
    example: "Europe/Paris",
    default: "UTC",
    schema: timeZone,
  }),
  SOURCE_DATE_ORDER: setting({
    description: "Whether 05/06/2022 is May 6 (mdy) or June 5 (dmy).",
    example: "dmy",
    default: "mdy",
    schema: z.enum(DATE_ORDERS, { error: "must be mdy or dmy" }),
  }),
  INGEST_CRON: cronOf("loads what is new", "0 0 * * *"),
  INGEST_CATCH_UP: setting({
    description:
      "What the daemon does about due times of the ingest job that nobody ran for in time: none, one run for all of them (last), or one for each (all; of the latest 100).",
    example: "last",
    default: "last",
    schema: z.enum(CATCH_UPS, { error: "must be none, last or all" }),
  }),
  INGEST_TIME_LIMIT_MIN: timeLimitOf("ingest", 1_440),
  VERIFY_CRON: cronOf(
    "recomputes from the facts what is kept beside them, and runs the declared checks",
    "0 3 * * *",
  ),
  VERIFY_TIME_LIMIT_MIN: timeLimitOf("verify", 720),
  FRESHNESS_CRON: cronOf("looks whether each source still brings something", "10 * * * *"),
  FRESHNESS_TIME_LIMIT_MIN: timeLimitOf("freshness", 10),
  RETENTION_CRON: cronOf("drops what is older than RETENTION_DAYS", "30 4 * * *"),
  RETENTION_TIME_LIMIT_MIN: timeLimitOf("retention", 120),
  RETENTION_DAYS: setting({
    description:
      "Days for which the steps of runs, what was found by checks, due times, alerts, and quarantined records that have been resolved are kept.",
    example: "90",
    default: "90",
    schema: wholeNumber(1, 36_500),
  }),
  ALERT_WEBHOOK_URL: setting({
    description:
      "Where the daemon posts alerts to, as JSON with a text that Slack and the like show. Unset: they are kept and logged only (npm run alerts).",
    example: "https://hooks.slack.com/services/T000/B000/XXXX",
    schema: webUrl,
    // Who has it can post there.
    isSecret: true,
  }),
  ALERT_REJECT_RATIO: setting({
    description:
      "Share of a source's records in its latest load above which rejected ones are an alert; those that wait do not count.",
    example: "0.01",
    default: "0.01",
    schema: ratio,
  }),
  DEADMAN_PING_URL: setting({
    description:
      "Address that the daemon asks for every minute while all is well with itself, so that a service there tells you when it falls silent.",
    example: "https://hc-ping.com/00000000-0000-0000-0000-000000000000",
    schema: webUrl,
    // Who has it can post there.
    isSecret: true,
  }),
  TIMEZONE: setting({
    description: "Time zone of the daemon's cron expressions.",
    example: "Europe/Paris",
    default: "UTC",
    schema: timeZone,
  }),
  SETTLE_MS: setting({
    description:
      "Milliseconds for which a file must not have changed before it is read. The daemon leaves younger files for later, a manual run waits.",
    example: "2000",
    default: "2000",
    schema: wholeNumber(0, 3_600_000),
  }),
  RETRY_MS: setting({
    description:
      "Milliseconds for which a run goes on trying when its database is away, full or busy, since it last got on. 0: it fails at once.",
    example: "300000",
    default: "300000",
    schema: wholeNumber(0, 86_400_000),
  }),
  HTTP_HOST: setting({
    description:
      "Address at which the daemon answers over HTTP, such as 0.0.0.0 for all of the machine. One that is not loopback needs HTTP_TOKEN.",
    example: "127.0.0.1",
    default: "127.0.0.1",
    schema: listenAddress,
  }),
  HTTP_PORT: setting({
    description: "Port at which the daemon answers over HTTP. 0: it does not.",
    example: "8473",
    default: "8473",
    schema: wholeNumber(0, 65_535),
  }),
  HTTP_TOKEN: setting({
    description:
      "What the daemon asks for over HTTP, but for /healthz: 32 letters and digits or more. Unset: it asks nobody, and answers on loopback only.",
    example: "$(openssl rand -hex 32)",
    schema: bearerToken,
    isSecret: true,
  }),
  LOG_LEVEL: setting({
    description: "How much is logged: error, warn, info or debug.",
    example: "info",
    default: "info",
    schema: z.enum(LOG_LEVELS, { error: "must be error, warn, info or debug" }),
  }),
  MAX_REJECT_RATIO: setting({
    description:
      "Share of a file's records that may be rejected, judged at each chunk over the file so far. Over it the chunk is rolled back and the file stops.",
    example: "0.1",
    default: "0.1",
    schema: ratio,
  }),
  CHECKS_FILE: setting({
    description: "File of quality checks. Unset: the project's own, prisma/checks.yaml.",
    example: "./checks.yaml",
    schema: absolutePath,
  }),
  MAX_RECORD_BYTES: setting({
    description: "A longer record is rejected.",
    example: "1048576",
    default: "1048576",
    schema: wholeNumber(1_024, 67_108_864),
  }),
  WORKERS: setting({
    description:
      "Threads that read, check and commit a file's chunks, each on a connection of its own. Unset: one for each core, at most 8.",
    example: "2",
    default: String(Math.min(availableParallelism(), MOST_WORKERS_UNASKED)),
    schema: wholeNumber(1, 64),
  }),
  CHUNK_RECORDS: setting({
    description:
      "Records of one commit, more or less: a chunk ends where a read of the file does. The first ones of a file are smaller.",
    example: "100000",
    default: "100000",
    schema: wholeNumber(1, 10_000_000),
  }),
  UNDO_RUNS: setting({
    description: "Latest runs that can be taken back: what rows were before each of them is kept. 0: none.",
    example: "30",
    default: "30",
    schema: wholeNumber(0, 100_000),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<S> = S extends { readonly schema: z.ZodType<infer T, string> } ? T : never;

/** The typed value of each variable. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends { readonly default: string }
    ? ValueOf<(typeof SETTINGS)[Name]>
    : ValueOf<(typeof SETTINGS)[Name]> | undefined;
};

/** `INGEST_CRON` as `ingestCron`. */
type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

/** Every setting's value, under camelCase names. */
export type Config = { readonly [Name in SettingName as CamelCase<Name>]: SettingValues[Name] };
