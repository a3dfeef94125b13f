import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** In which our proxy tells Prisma Studio the secret between the two. */
export const PROXY_HEADER = "x-tillhouse-studio";

/** 256 random bits, in letters that may stand in a URL, a header and a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Whether what was sent is the secret; how long that takes tells nothing of it. Nothing is, while there is none. */
export function isSecret(sent: unknown, secret: string | undefined): boolean {
  if (typeof sent !== "string" || secret === undefined) return false;
  return timingSafeEqual(hashOf(sent), hashOf(secret));
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
