import type { Registry } from "prom-client";
import { textOf, type MetricFamily } from "../metrics/metricFamily.ts";
import { registryFamilies } from "../metrics/registryFamilies.ts";
import type { Route } from "./route.ts";

export interface MetricsOptions {
  readonly askDatabase: () => Promise<readonly MetricFamily[]>;
  /** What is kept of this process. */
  readonly registry: Registry;
}

/** `/metrics`: what Prometheus scrapes, of the database and of this process. It is answered with or without the database. */
export function metrics({ askDatabase, registry }: MetricsOptions): Route {
  return {
    path: "/metrics",
    answer: async (_request, reply) => {
      const ofDatabase = await askDatabase();
      reply.type(registry.contentType);
      // After that: the connection that it took is idle again.
      return textOf([...ofDatabase, ...(await registryFamilies(registry))]);
    },
  };
}
