import { randomBytes } from "node:crypto";

/** In which our proxy tells Prisma Studio the secret between the two. */
export const PROXY_HEADER = "x-tillhouse-studio";

/** 256 random bits, in letters that may stand in a URL, a header and a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}
