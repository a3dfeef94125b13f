import { STRICT_HEADERS } from "./strictHeaders.ts";

/** Of pages: style, script and pictures of our own, from files of our own; nothing that stands in the page itself, nothing from elsewhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...STRICT_HEADERS,
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "content-type": "text/html; charset=utf-8",
};
