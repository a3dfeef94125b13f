import type { IncomingMessage } from "node:http";
import { isSecret } from "../lib/isSecret.ts";

/**
 * Who may use Studio: a browser that was opened at the printed address. The token in it becomes a cookie, which no script
 * can read and no other site's page can have sent, and is gone from the address.
 */
export interface BrowserEntry {
  /** What to open, on the port that the proxy has. */
  pathWithToken(): string;
  /** Headers of the answer to a request with the token in its address, which sends the browser on with the cookie. */
  headersFor(request: Pick<IncomingMessage, "method" | "url">): Record<string, string> | undefined;
  /** Why a request without the cookie is refused, or undefined. */
  refusalOf(request: Pick<IncomingMessage, "headers">): string | undefined;
}

/** @param port of the proxy: cookies are of a host and all its ports, so two Studios need two names */
export function browserEntry(token: string, port: number): BrowserEntry {
  const cookie = `tillhouse_studio_${port}`;
  return {
    pathWithToken: () => `/?token=${token}`,
    headersFor: ({ method, url = "/" }) => {
      const { pathname, searchParams } = new URL(url, "http://studio");
      if (method !== "GET" || pathname !== "/" || !isSecret(searchParams.get("token"), token))
        return undefined;
      // What stands after the # in the address stays there.
      return { location: "/", "set-cookie": `${cookie}=${token}; Path=/; HttpOnly; SameSite=Strict` };
    },
    refusalOf: ({ headers }) => {
      const sent = headers.cookie?.split("; ").filter((pair) => pair.startsWith(`${cookie}=`)) ?? [];
      const isKnown = sent.some((pair) => isSecret(pair.slice(cookie.length + 1), token));
      return isKnown ? undefined : "Open Studio at the address that `npm run studio` printed, token and all.";
    },
  };
}
