import { Registry } from "prom-client";
import { packageVersion } from "../../database/packageVersion.ts";
import { metrics } from "../routes/metrics.ts";
import type { Route } from "../routes/route.ts";
import { askDatabase, type AskDatabaseOptions } from "./askDatabase.ts";
import { addHttpMetrics, type Answered } from "./httpMetrics.ts";
import { addPoolMetrics, type Pools } from "./poolMetrics.ts";
import { addProcessMetrics } from "./processMetrics.ts";
import type { ReplicaFinding } from "../readiness/replicaCheck.ts";
import { addReplicaMetrics } from "./replicaMetrics.ts";

/** The page of metrics, and what it is to be told. */
export interface OpenMetrics {
  readonly metrics: Route;
  /** Counts a request. */
  readonly answered: (request: Answered) => void;
}

export interface OpenMetricsOptions extends AskDatabaseOptions {
  /** Of the loader; undefined until the database is open. */
  readonly pool: NonNullable<Pools[string]>;
  readonly replica?: ReplicaParts | undefined;
}

/** The replica that pages are read from, and how it stands. */
export interface ReplicaParts {
  readonly pool: NonNullable<Pools[string]>;
  readonly check: () => Promise<ReplicaFinding>;
}

export function openMetrics(options: OpenMetricsOptions): OpenMetrics {
  const { pool, readers, replica } = options;
  const { registry, answered } = processRegistry({ loader: pool, reader: readers }, replica);
  return { metrics: metrics({ askDatabase: askDatabase(options), registry }), answered };
}

/** What is told of the process: it begins anew with it. */
export function processRegistry(
  pools: Pools,
  replica: ReplicaParts | undefined,
): { registry: Registry; answered: OpenMetrics["answered"] } {
  const registry = new Registry();
  addPoolMetrics(registry, { ...pools, ...(replica && { replica: replica.pool }) });
  if (replica !== undefined) addReplicaMetrics(registry, replica.check);
  const answered = addHttpMetrics(registry);
  addProcessMetrics(registry, packageVersion());
  return { registry, answered };
}
