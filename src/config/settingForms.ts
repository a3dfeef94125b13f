import { isIP } from "node:net";
import { resolve } from "node:path";
import { validate as isCronExpression } from "node-cron";
import { z } from "zod";
import { isWebAddress } from "../lib/webAddress.ts";

/**
 * The forms that texts of settings have. Each says by its message what a text should have been, and by its description, which
 * the configuration's reference shows, what texts there are.
 */

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => {
  const listed = words.join(", ").replace(/, (?=[^,]*$)/, " or ");
  return z.enum(words, { error: `must be ${listed}` }).describe(listed);
};

export const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: "must be a whole number", abort: true })
    .transform(Number)
    .refine((value) => value >= from && value <= to, { error: `must be from ${from} to ${to}` })
    .describe(`whole number from ${from} to ${to}`);

const isTimeZone = (name: string): boolean => {
  // Of the default nothing is to be asked: the first question loads the data of all zones.
  if (name === "UTC") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};
export const timeZone = z
  .string()
  .refine(isTimeZone, { error: "must be an IANA time zone" })
  .describe("IANA time zone");

/** node-cron writes out every number of a range: `1-999999999` would end the process for want of memory. */
const isCron = (text: string): boolean => text.length <= 200 && !/\d{5}/.test(text) && isCronExpression(text);

export const cron = z
  .string()
  .refine(isCron, { error: "must be a cron expression" })
  .describe("cron expression");

export const absolutePath = z
  .string()
  .transform((path) => resolve(path))
  .describe("path");

export const postgresUrl = z
  .string()
  .refine(
    (text) => {
      if (!URL.canParse(text)) return false;
      const url = new URL(text);
      return (url.protocol === "postgresql:" || url.protocol === "postgres:") && url.pathname.length > 1;
    },
    { error: "must be a PostgreSQL URL with a database name" },
  )
  .describe("PostgreSQL URL with a database name");

export const ratio = z
  .string()
  .regex(/^(0|1|0?\.\d+|1\.0+)$/, { error: "must be a share from 0 to 1" })
  .transform(Number)
  .describe("share from 0 to 1");

export const webUrl = z
  .string()
  .refine(isWebAddress, {
    error: "must be an address that begins with https:// or http://, without a user",
  })
  .describe("https:// or http:// address, without a user");

const HEXADECIMAL = /^(?:[0-9a-f]{2})+$/i;
const BASE64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2,3}={0,2})?$/;

/**
 * At least 32 bytes as hexadecimal digits, or as base64. Node's decoders skip what they do not know: a passphrase, or
 * a key that lost a character, would give some other key without a word.
 */
export const key = z
  .string()
  .transform((text, context) => {
    const digitsOnly = /^[0-9a-f]*$/i.test(text);
    const form = digitsOnly ? HEXADECIMAL : BASE64;
    const bytes = form.test(text) ? Buffer.from(text, digitsOnly ? "hex" : "base64") : undefined;
    if (bytes !== undefined && bytes.length >= 32) return bytes;
    context.addIssue("must be at least 32 random bytes, as hexadecimal or base64");
    return z.NEVER;
  })
  .describe("at least 32 random bytes, as hexadecimal or base64");

/** An address to listen at, and no name: what one name stands for differs from machine to machine, and may be two addresses. */
export const listenAddress = z
  .string()
  .transform((text) => (text === "localhost" ? "127.0.0.1" : text))
  .refine((text) => isIP(text) !== 0 && !text.includes("%"), { error: "must be an IP address" })
  .describe("IP address");

/** As RFC 6750 lets it stand in a header; long enough that nobody guesses it. */
export const bearerToken = z
  .string()
  .regex(/^(?=.{32,1024}$)[A-Za-z0-9._~+/-]+=*$/, {
    error: "must be 32 to 1024 letters, digits and signs of -._~+/",
  })
  .describe("32 to 1024 letters, digits and signs of -._~+/");
