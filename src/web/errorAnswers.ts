import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply } from "fastify";
import { asDatabaseError } from "../database/databaseErrors.ts";
import { passesSoon, TillhouseError } from "../lib/errors.ts";
import { ASSETS } from "./assets.ts";
import { PAGE_HEADERS } from "./pageHeaders.ts";
import { asHtml } from "./pages/document.tsx";
import { errorPage } from "./pages/errorPage.tsx";
import { STRICT_HEADERS } from "./strictHeaders.ts";

/** What is told of something that went wrong: never what a system, a database or the request itself said. */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const NOT_FOUND: ErrorAnswer = {
  ...{ status: 404, code: "not_found" },
  message: "There is nothing here.",
};
export const METHOD_NOT_ALLOWED: ErrorAnswer = {
  ...{ status: 405, code: "method_not_allowed" },
  message: "Only GET and HEAD are answered.",
};
export const BAD_REQUEST: ErrorAnswer = {
  ...{ status: 400, code: "bad_request" },
  message: "The request cannot be read.",
};
export const REQUEST_TIMEOUT: ErrorAnswer = {
  ...{ status: 408, code: "request_timeout" },
  message: "The request has not come in time.",
};
export const INTERNAL_ERROR: ErrorAnswer = {
  ...{ status: 500, code: "internal_error" },
  message: "This went wrong: see the daemon's log.",
};

/** Prisma's own codes of a database that cannot be reached, or has no connection to spare. */
const AWAY_FOR_PRISMA = /^P(1\d{3}|2024|2028)$/;

/** What is said where the database is away for now; undefined where something else went wrong. */
export function databaseAway(error: unknown): ErrorAnswer | undefined {
  const { code } = error as { code?: unknown };
  if (AWAY_FOR_PRISMA.test(String(code))) return { status: 503, code: "database_unreachable", message: AWAY };
  const known = asDatabaseError(error);
  if (!(known instanceof TillhouseError)) return undefined;
  const message = SAID[known.code] ?? (passesSoon(known) ? AWAY : undefined);
  return message === undefined ? undefined : { status: 503, code: known.code, message };
}

const AWAY =
  "The database that pages are read from cannot be reached now. They come back with it, as loads do with theirs; /readyz says how the daemon stands.";
const SAID: Readonly<Record<string, string>> = {
  database_busy: "The database has not answered in time. Try again in a moment.",
  replica_conflict:
    "The replica that pages are read from ended this, to apply what has changed meanwhile. Try again in a moment.",
  replica_unusable:
    "READER_DATABASE_URL leads to no replica of the database that is loaded into: no page is read from it.",
};

const bodyOf = ({ code, message }: ErrorAnswer): { error: { code: string; message: string } } => ({
  error: { code, message },
});

/**
 * Answers with an error: a page for a browser, JSON for anybody else. The connection is closed: what else is sent on it, a body
 * perhaps, is read by nobody.
 */
export function sendError(reply: FastifyReply, answer: ErrorAnswer): FastifyReply {
  const isForBrowser = reply.request.headers.accept?.includes("text/html") === true;
  reply.status(answer.status).header("connection", "close");
  return isForBrowser
    ? reply.headers(PAGE_HEADERS).send(asHtml(errorPage(answer), ASSETS))
    : reply.headers(STRICT_HEADERS).send(bodyOf(answer));
}

/** The same on a connection whose request could not even be parsed. */
export function endWithError(socket: Socket, answer: ErrorAnswer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(bodyOf(answer));
  const headers = {
    ...STRICT_HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}\r\n${lines.join("")}\r\n`;
  socket.end(head + body, () => socket.destroy());
}
