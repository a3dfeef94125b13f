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
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/[:=(]\s*"[^"]*"|\([^)]*\)=\([^)]*\)/g, " …").slice(0, 500);
}
