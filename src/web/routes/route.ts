import type { FastifyReply, FastifyRequest } from "fastify";

/** A page, or what a program asks for. It is read only: GET and HEAD. */
export interface Route {
  readonly path: string;
  /** Answered without the token as well. */
  readonly isOpen?: boolean;
  /** What is answered with; it sets the status where that is not 200. */
  readonly answer: (request: FastifyRequest, reply: FastifyReply) => unknown;
}
