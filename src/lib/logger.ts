import winston from "winston";
import { visible, visibleJson } from "./visible.ts";

/**
 * What the rest of the program logs through. Messages are sentences; everything variable goes into `fields`, so that
 * JSON logs can be searched. Callers never pass raw input fields, card numbers, CVVs or secrets.
 */
export interface Logger {
  error(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
}

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const humanLine = winston.format.printf(({ timestamp, level, message, ...fields }) => {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  const time = String(timestamp).slice(11, 19);
  return visible(`${time} ${level}: ${String(message)}${rest === "" ? "" : `  ${rest}`}`);
});

/** `JSON.stringify` refuses bigints; ids are bigints. */
const bigintsAsText = winston.format((info) => {
  for (const [key, value] of Object.entries(info)) {
    if (typeof value === "bigint") info[key] = value.toString();
  }
  return info;
});

/** Where winston keeps the line that it writes. */
const LINE = Symbol.for("message");
const jsonLine = winston.format.combine(
  winston.format.json(),
  winston.format((info) => Object.assign(info, { [LINE]: visibleJson(String(info[LINE])) }))(),
);

/**
 * A logger that writes to stderr: readable lines on a terminal, one JSON object a line otherwise. Stdout stays free
 * for what a command prints as its result.
 */
export function createLogger(options: { level: LogLevel; terminal: boolean }): Logger {
  const base = [winston.format.timestamp(), bigintsAsText()];
  const logger: Logger = winston.createLogger({
    level: options.level,
    format: winston.format.combine(...base, options.terminal ? humanLine : jsonLine),
    transports: new winston.transports.Console({ stderrLevels: [...LOG_LEVELS] }),
  });
  return logger;
}

const discard = (): void => undefined;

/** Discards everything; for tests and for callers that report by other means. */
export const silentLogger: Logger = { error: discard, warn: discard, info: discard, debug: discard };
