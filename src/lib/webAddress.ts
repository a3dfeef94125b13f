/** Whether a text is an address on the web that says no user: `fetch` refuses one that does. */
export function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ["http:", "https:"].includes(protocol) && username === "" && password === "";
}

/** Why `fetch` got no answer, in a few words: it says so by a code of what caused it. */
export function whyNotFetched(error: unknown, limitMs: number): string {
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${limitMs / 1000} s`;
  const { cause } = Object(error) as { cause?: unknown };
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === "string" ? code : "no connection";
}
