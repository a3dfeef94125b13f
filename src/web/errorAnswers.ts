import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply } from "fastify";
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
export const INTERNAL_ERROR: ErrorAnswer = {
  ...{ status: 500, code: "internal_error" },
  message: "This went wrong: see the daemon's log.",
};

const bodyOf = ({ code, message }: ErrorAnswer): { error: { code: string; message: string } } => ({
  error: { code, message },
});

/** Answers with an error. The connection is closed: what else is sent on it, a body perhaps, is read by nobody. */
export function sendError(reply: FastifyReply, answer: ErrorAnswer): FastifyReply {
  return reply
    .headers({ ...STRICT_HEADERS, connection: "close" })
    .status(answer.status)
    .send(bodyOf(answer));
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
