import { METHODS } from "node:http";
import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "../lib/logger.ts";
import { publicCode, publicMessage } from "../lib/publicError.ts";
import { limitConnections } from "./connectionLimit.ts";
import {
  BAD_REQUEST,
  endWithError,
  INTERNAL_ERROR,
  METHOD_NOT_ALLOWED,
  NOT_FOUND,
  REQUEST_TIMEOUT,
  sendError,
  databaseAway,
} from "./errorAnswers.ts";
import { refusalOf } from "./requestGuard.ts";
import type { Answered } from "./metrics/httpMetrics.ts";
import type { Route } from "./routes/route.ts";
import { STRICT_HEADERS } from "./strictHeaders.ts";

export interface ServerOptions {
  /** Undefined: nobody is asked for one, and only loopback names are served. */
  readonly token: string | undefined;
  readonly logger: Logger;
  readonly routes: readonly Route[];
  /** Told of every request that was answered. */
  readonly answered?: (request: Answered) => void;
}

/** A request has no body, and few headers. */
const MOST_BODY_BYTES = 1_024;
const MOST_HEADER_BYTES = 8_192;
/** Who sends its headers more slowly is cut off. */
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
/** Nothing goes either way for so long: longer than any answer takes, that the database does not answer in time among them. */
const SILENCE_MS = 20_000;
const KEEP_ALIVE_MS = 5_000;
const LOOK_FOR_SLOW_MS = 1_000;
/**
 * Far more than browsers, scrapers and probes need, and fewer than the files that a process may have open. Beyond it the oldest
 * makes room for the newest, which is dearer than to wait for the limits of time: whoever was cut off comes back at once.
 */
const MOST_CONNECTIONS = 1_000;

/** The HTTP server, not listening yet. Everything that it answers is read only. */
export function createServer({ token, logger, routes, answered }: ServerOptions): FastifyInstance {
  const server = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    connectionTimeout: SILENCE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LOOK_FOR_SLOW_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    clientErrorHandler: ({ code }, socket) => {
      // Browsers open connections ahead of need, and would take what came on one for the answer to a request sent later.
      if (socket.bytesRead === 0) socket.destroy();
      else endWithError(socket, code === "ERR_HTTP_REQUEST_TIMEOUT" ? REQUEST_TIMEOUT : BAD_REQUEST);
    },
    frameworkErrors: (_error, _request, reply) => {
      sendError(reply, BAD_REQUEST);
    },
  });
  limitConnections(server.server, MOST_CONNECTIONS);
  server.removeAllContentTypeParsers();
  for (const method of METHODS)
    if (!server.supportedMethods.includes(method)) server.addHttpMethod(method, { hasBody: false });

  server.addHook("onRequest", async (request, reply) => {
    reply.headers(STRICT_HEADERS);
    const { host, authorization } = request.headers;
    const isOpen = routes.some(({ path, isOpen }) => isOpen === true && path === request.routeOptions.url);
    const refusal = refusalOf({ host, authorization }, token, isOpen);
    if (refusal === undefined) return undefined;
    // Browsers ask their user for the second.
    if (refusal.status === 401)
      reply.header("www-authenticate", [
        'Bearer realm="Tillhouse"',
        'Basic realm="Tillhouse", charset="UTF-8"',
      ]);
    return sendError(reply, refusal);
  });
  server.addHook("onResponse", async (request, reply) => {
    // The path as we know it, never as it was sent: somebody's secret may be in that.
    const [route, status] = [request.routeOptions.url ?? "none", reply.statusCode];
    answered?.({ route, status, seconds: reply.elapsedTime / 1000 });
    logger.debug("answered", {
      ...{ method: request.method, route, status },
      duration_ms: Math.round(reply.elapsedTime),
    });
  });
  server.setNotFoundHandler((_request, reply) => sendError(reply, NOT_FOUND));
  server.setErrorHandler((error, request, reply) => {
    const away = databaseAway(error);
    if (away !== undefined) return sendError(reply, away);
    logger.error(`a page could not be made: ${publicMessage(error)}`, {
      ...{ code: publicCode(error), route: request.routeOptions.url },
    });
    return sendError(reply, INTERNAL_ERROR);
  });
  for (const route of routes) addRoute(server, route);
  return server;
}

/** GET, and HEAD with it; of all else it is said that it is not answered, before a body is read. */
function addRoute(server: FastifyInstance, { path, answer }: Route): void {
  server.get(path, async (request, reply) => answer(request, reply));
  server.route({
    url: path,
    method: server.supportedMethods.filter((method) => method !== "GET" && method !== "HEAD"),
    onRequest: async (_request, reply) => sendError(reply.header("allow", "GET, HEAD"), METHOD_NOT_ALLOWED),
    handler: (_request, reply) => sendError(reply, METHOD_NOT_ALLOWED),
  });
}
