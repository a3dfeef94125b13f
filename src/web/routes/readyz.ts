import { readiness, type ReadinessOptions } from "../readiness/readiness.ts";
import type { Route } from "./route.ts";

/** `/readyz`: whether the daemon does its work, with what keeps it from that. */
export function readyz(options: ReadinessOptions): Route {
  return {
    path: "/readyz",
    answer: async (_request, reply) => {
      const found = await readiness(options);
      reply.status(found.status === "ready" ? 200 : 503);
      return found;
    },
  };
}
