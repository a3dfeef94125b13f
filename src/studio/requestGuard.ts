import type { IncomingMessage } from "node:http";

/**
 * Why a request is refused, or undefined. Studio can write, and any page in the same browser can send to 127.0.0.1:
 * a page elsewhere has another Origin, and one whose name was pointed here (DNS rebinding) another Host as well.
 *
 * @param port the port that the request came in on
 */
export function refusalOf(
  request: Pick<IncomingMessage, "method" | "headers">,
  port: number,
): string | undefined {
  const { host, origin } = request.headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host)) return "This host name is not served here.";
  if (origin === undefined) {
    // A browser sends it with everything but plain reads, and those change nothing.
    const isRead = request.method === "GET" || request.method === "HEAD";
    return isRead ? undefined : "A request that may change something needs an Origin.";
  }
  return origin === `http://${host}` ? undefined : "Pages from elsewhere are not served.";
}
