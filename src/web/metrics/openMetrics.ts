import { Registry } from "prom-client";
import { packageVersion } from "../../database/packageVersion.ts";
import { metrics } from "../routes/metrics.ts";
import type { Route } from "../routes/route.ts";
import { askDatabase, type AskDatabaseOptions } from "./askDatabase.ts";
import { addHttpMetrics, type Answered } from "./httpMetrics.ts";
import { addPoolMetrics, type Pools } from "./poolMetrics.ts";
import { addProcessMetrics } from "./processMetrics.ts";

/** The page of metrics, and what it is to be told. */
export interface OpenMetrics {
  readonly metrics: Route;
  /** Counts a request. */
  readonly answered: (request: Answered) => void;
}

/** @param options with the daemon's pools, of the loader and of the reader */
export function openMetrics(
  options: AskDatabaseOptions & { readonly pool: NonNullable<Pools[string]> },
): OpenMetrics {
  const { registry, answered } = processRegistry({ loader: options.pool, reader: options.readers });
  return { metrics: metrics({ askDatabase: askDatabase(options), registry }), answered };
}

/** What is told of the process: it begins anew with it. */
export function processRegistry(pools: Pools): { registry: Registry; answered: OpenMetrics["answered"] } {
  const registry = new Registry();
  addPoolMetrics(registry, pools);
  const answered = addHttpMetrics(registry);
  addProcessMetrics(registry, packageVersion());
  return { registry, answered };
}
