import { availableParallelism } from "node:os";
import { z } from "zod";
import { CATCH_UPS } from "./catchUp.ts";
import { DATE_ORDERS } from "./dateOrder.ts";
import { LOG_LEVELS } from "../lib/logger.ts";
import { schemaPolicies } from "./schemaPolicies.ts";
import {
  absolutePath,
  bearerToken,
  cron,
  key,
  listenAddress,
  oneOf,
  postgresUrl,
  ratio,
  timeZone,
  webUrl,
  wholeNumber,
} from "./settingForms.ts";

/** One environment variable: what it means, and how its text becomes a value. */
interface Setting<T> {
  /** What it is for, in whole sentences: the configuration's reference is made of them (`npm run docs`). */
  readonly description: string;
  /** Shown when the text is wrong, as `NAME=example`. */
  readonly example: string;
  /** What it is when unset, as text; undefined where unset means something of its own. */
  readonly default?: string;
  /** What that is, in words; or what the default is, where machines differ in it. */
  readonly unset?: string;
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
    description: `When the daemon ${does}, in TIMEZONE.`,
    example: expression,
    default: expression,
    schema: cron,
  });

/** Longer is as good as none, and a timer cannot be set for it. */
const MOST_MINUTES = 35_000;

/** How long a run of the daemon's may take. */
const timeLimitOf = (job: string, minutes: number) =>
  setting({
    description: `Minutes after which a run of the ${job} job by the daemon is stopped, what it has in hand finished, to be begun again later. 0: none.`,
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
      "PostgreSQL 15 to 18 to use. Run npm run db:migrate first: pending migrations stop a run with exit code 2. The embedded server starts and migrates by itself.",
    unset: "the embedded server",
    example: "postgresql://tillhouse:secret@db.example.com:5432/tillhouse",
    schema: postgresUrl,
    isSecret: true,
  }),
  READER_DATABASE_URL: setting({
    description:
      "A streaming replica of DATABASE_URL's server. Pages and commands that only read are answered there (README: Replicas), by what it has by then.",
    unset: "they ask DATABASE_URL",
    example: "postgresql://tillhouse:secret@replica.example.com:5432/tillhouse",
    schema: postgresUrl,
    isSecret: true,
  }),
  DATA_DIR: setting({
    description: "Folder in which files arrive, in it or in folders below it.",
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
      "Key that card numbers are tokenised with. Required with DATABASE_URL; made once for the embedded server, in STATE_DIR/secrets/card-token-key. Another key than the one in use, or none where there was one: exit code 2. Keep a copy apart from the database.",
    example: "$(openssl rand -hex 32)",
    schema: key,
    isSecret: true,
  }),
  LEDGER_KEY: setting({
    description:
      "Key of the digests by which the ledger knows what it read of a file. Made once for the embedded server, in STATE_DIR/secrets/ledger-key; with DATABASE_URL derived from CARD_TOKEN_KEY unless set: when you rotate that, set this to the earlier one. Under another key files that grow are read from their start once, and nothing is doubled.",
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
    schema: oneOf(DATE_ORDERS),
  }),
  INGEST_CRON: cronOf("loads what is new", "0 0 * * *"),
  INGEST_CATCH_UP: setting({
    description:
      "What the daemon does about due times of the ingest job that nobody ran for in time: none, one run for all of them (last), or one for each, of the latest 100 (all).",
    example: "last",
    default: "last",
    schema: oneOf(CATCH_UPS),
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
      "Days for which steps of runs, what checks found, due times, alerts, and quarantined records that have been resolved are kept. Facts, their versions, files, runs that loaded and what is open in quarantine stay for good.",
    example: "90",
    default: "90",
    schema: wholeNumber(1, 36_500),
  }),
  ALERT_WEBHOOK_URL: setting({
    description:
      "Where the daemon posts alerts to, as JSON with a text that Slack and the like show. Unset: they are kept and logged only; see npm run alerts.",
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
      "Address that the daemon asks for every minute while all is well with itself, so that a service there tells you when it falls silent (README: Operating).",
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
      "Milliseconds for which a file must not have changed before it is read: a younger one may be half copied. The daemon leaves it for later, a manual run waits, --file takes it at once.",
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
    description:
      "Port at which the daemon answers over HTTP. 0: it does not. Where it is taken the daemon ends with exit code 2: of two daemons on one machine, the second needs a port of its own.",
    example: "8473",
    default: "8473",
    schema: wholeNumber(0, 65_535),
  }),
  HTTP_TOKEN: setting({
    description:
      "What the daemon asks for over HTTP (Authorization: Bearer …), but at /healthz. Unset: it asks nobody, and serves this machine only.",
    example: "$(openssl rand -hex 32)",
    schema: bearerToken,
    isSecret: true,
  }),
  LOG_LEVEL: setting({
    description: "How much is logged: each of them says what those before it say, and more.",
    example: "info",
    default: "info",
    schema: oneOf(LOG_LEVELS),
  }),
  MAX_REJECT_RATIO: setting({
    description:
      "Share of a file's records that may be rejected, judged at each chunk over the file so far. Over it the chunk is rolled back and the file stops; records that wait for a store or device do not count.",
    example: "0.1",
    default: "0.1",
    schema: ratio,
  }),
  SCHEMA_CHANGES: setting({
    description:
      "What is done with a file whose columns are not those of the last file of its source (README: Contracts in time): it is not loaded (fail), loaded with a warning (warn), or just loaded (ignore). Of sources that are not named: warn.",
    example: "stores=fail,transactions=ignore",
    default: "warn",
    schema: schemaPolicies,
  }),
  CHECKS_FILE: setting({
    description: "File of quality checks of your own (README: Quality checks).",
    unset: "prisma/checks.yaml of the project",
    example: "./checks.yaml",
    schema: absolutePath,
  }),
  MAX_RECORD_BYTES: setting({
    description: "A longer record is rejected.",
    example: "1048576",
    default: "1048576",
    schema: wholeNumber(1_024, 67_108_864),
  }),
  MAX_UNPACK_RATIO: setting({
    description:
      "How many times its own bytes a compressed file or a workbook may hold; 64 MB are let pass whatever it is. One that holds more, as a decompression bomb does, is refused, and nothing of it is loaded.",
    example: "100",
    default: "100",
    schema: wholeNumber(1, 100_000),
  }),
  WORKERS: setting({
    description:
      "Threads that read, check and commit a file's chunks, each on a connection of its own, started when they are needed; a run takes up to seven connections besides. Files of less than 4 MB need none.",
    example: "2",
    default: String(Math.min(availableParallelism(), MOST_WORKERS_UNASKED)),
    unset: `one for each core, at most ${MOST_WORKERS_UNASKED}`,
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
