import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { TillhouseError } from "../lib/errors.ts";
import { browserEntry, type BrowserEntry } from "./browserEntry.ts";
import { mayAskForCatalogue, withKeys } from "./catalogue.ts";
import { withoutReports } from "./page.ts";
import { refusalOf } from "./requestGuard.ts";
import { responseHeaders } from "./responseHeaders.ts";
import { PROXY_HEADER } from "./studioSecrets.ts";
import type { ViewKeys } from "./viewKeys.ts";

/** What the browser talks to; it passes on to Prisma Studio. */
export interface StudioProxy {
  readonly port: number;
  /** Path and query to open in a browser. */
  readonly pathWithToken: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param options.port to listen on; 0 for a free one
 * @param options.studioPort where Prisma Studio listens
 * @param options.secret that Prisma Studio asks for
 * @param options.token that a browser is asked for
 * @throws TillhouseError `usage_invalid` when the port is taken
 */
export async function openStudioProxy(options: {
  port: number;
  studioPort: number;
  secret: string;
  token: string;
  viewKeys: ViewKeys;
}): Promise<StudioProxy> {
  let port = options.port;
  let entry = browserEntry(options.token, port);
  const server = createServer((request, response) => {
    answerTo(request, response, port, { ...options, entry })
      .catch((error: unknown): Answer => {
        const why = error instanceof Error ? error.message : String(error);
        return { status: 502, type: "text/plain", body: `Prisma Studio gave no answer: ${why}` };
      })
      .then((answer) => {
        send(response, answer);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  }).catch((error: unknown) => {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new TillhouseError(
      "usage_invalid",
      `Port ${port} cannot be used (${code}). Name another: npm run studio -- --port ${port === 65_535 ? port - 1 : port + 1}`,
      { port },
      error,
    );
  });
  port = (server.address() as AddressInfo).port;
  entry = browserEntry(options.token, port);
  return {
    port,
    pathWithToken: entry.pathWithToken(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** What answers are made with. */
interface Passing {
  readonly studioPort: number;
  readonly secret: string;
  readonly viewKeys: ViewKeys;
  readonly entry: BrowserEntry;
}

async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { studioPort, secret, viewKeys, entry }: Passing,
): Promise<Answer> {
  const elsewhere = refusalOf(request, port);
  const entering = elsewhere === undefined ? entry.headersFor(request) : undefined;
  if (entering !== undefined) return { status: 303, headers: entering };
  const refusal = elsewhere ?? entry.refusalOf(request);
  if (refusal !== undefined) return { status: 403, type: "text/plain", body: refusal };
  const requestBody = await buffer(request);
  const { pathname } = new URL(request.url ?? "/", "http://studio");
  // Prisma would hand this on to its makers.
  if (pathname === "/telemetry") return { status: 204 };

  const target = new URL(`http://127.0.0.1:${studioPort}`);
  target.pathname = pathname;
  const leaving = new AbortController();
  response.once("close", () => {
    leaving.abort();
  });
  const { method = "GET", headers } = request;
  const answer = await fetch(target, {
    method,
    headers: { "content-type": headers["content-type"] ?? "application/json", [PROXY_HEADER]: secret },
    ...(method === "GET" || method === "HEAD" ? {} : { body: new Uint8Array(requestBody) }),
    signal: leaving.signal,
  });
  const type = answer.headers.get("content-type") ?? "application/octet-stream";
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) return { status: answer.status, type, body };
  if (type.startsWith("text/html")) return { status: 200, type, body: withoutReports(body.toString("utf8")) };
  const amended = mayAskForCatalogue(requestBody) ? withKeys(body.toString("utf8"), viewKeys) : undefined;
  return { status: answer.status, type, body: amended ?? body };
}

function send(response: ServerResponse, { status, type, body, headers }: Answer): void {
  const html = type?.startsWith("text/html") === true ? body?.toString() : undefined;
  response.writeHead(status, {
    ...responseHeaders(html),
    ...headers,
    ...(type === undefined ? {} : { "content-type": type }),
  });
  response.end(body);
}
