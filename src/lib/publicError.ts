import { TillhouseError } from "./errors.ts";

/** A stable code for an error, of ours or of PostgreSQL. */
export function publicCode(error: unknown): string {
  if (error instanceof TillhouseError) return error.code;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "unexpected";
}

/**
 * What may be kept and shown of an error. Messages of our own are made for it. PostgreSQL's name tables, columns and
 * constraints, but may quote a value, so quoted and bracketed parts of foreign messages are left out.
 */
export function publicMessage(error: unknown): string {
  if (error instanceof TillhouseError) return error.message;
  const said = error instanceof Error ? error.message : String(error);
  // Of several addresses that were tried in vain only the code is told.
  const message = said === "" ? publicCode(error) : said;
  return message.replace(/[:=(]\s*"[^"]*"|\([^)]*\)=\([^)]*\)/g, " …").slice(0, 500);
}
