import { createHash } from "node:crypto";

/**
 * Headers for everything that Studio's page loads: it talks to its own address only, whatever it holds, and no other
 * page can hold it in a frame.
 *
 * @param html the page, if it is one: its own inline scripts may run, and no others
 */
export function responseHeaders(html?: string): Record<string, string> {
  const inlineScripts = Array.from(html?.matchAll(/<script>(.*?)<\/script>/gs) ?? [], ([, script = ""]) => {
    return ` 'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  });
  const policy = [
    "default-src 'none'",
    `script-src 'self'${inlineScripts.join("")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    // Rows do not belong in the browser's cache.
    "cache-control": "no-store",
  };
}
