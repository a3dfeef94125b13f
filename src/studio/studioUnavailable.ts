import { TillhouseError } from "../lib/errors.ts";

/** @param why what happened to Prisma Studio, to stand after a colon */
export function studioUnavailable(why: string, cause?: unknown): TillhouseError {
  return new TillhouseError("studio_unavailable", `Prisma Studio is not available: ${why}`, {}, cause);
}
