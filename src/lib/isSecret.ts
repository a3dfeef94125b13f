import { createHash, timingSafeEqual } from "node:crypto";

/** Whether what was sent is the secret; how long that takes tells nothing of it. Nothing is, while there is none. */
export function isSecret(sent: unknown, secret: string | undefined): boolean {
  if (typeof sent !== "string" || secret === undefined) return false;
  return timingSafeEqual(digestOf(sent), digestOf(secret));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
