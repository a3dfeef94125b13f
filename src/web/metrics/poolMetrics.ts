import type pg from "pg";
import { Gauge, type Registry } from "prom-client";

/** Pools of connections by what they are for; undefined until the database is open. */
export type Pools = Readonly<Record<string, () => pg.Pool | undefined>>;

/** Adds how the connections of pools are used, as it is when that is asked. */
export function addPoolMetrics(register: Registry, pools: Pools): void {
  const perPool = (
    name: string,
    help: string,
    labelNames: readonly string[],
    set: (gauge: Gauge, labels: { readonly pool: string }, pool: pg.Pool) => void,
  ): Gauge =>
    new Gauge({
      ...{ name, help, registers: [register], labelNames },
      collect() {
        for (const [label, open] of Object.entries(pools)) {
          const pool = open();
          if (pool !== undefined) set(this, { pool: label }, pool);
        }
      },
    });
  perPool(
    "tillhouse_database_pool_connections",
    "Open connections of a pool of the daemon's: idle, or in_use. Those of a load's threads and of locks are in none.",
    ["pool", "state"],
    (gauge, labels, { totalCount, idleCount }) => {
      gauge.set({ ...labels, state: "idle" }, idleCount);
      gauge.set({ ...labels, state: "in_use" }, totalCount - idleCount);
    },
  );
  perPool(
    "tillhouse_database_pool_max_connections",
    "How many connections the pool has at most.",
    ["pool"],
    (gauge, labels, { options }) => {
      gauge.set(labels, options.max);
    },
  );
  perPool(
    "tillhouse_database_pool_waiting",
    "How many wait for a connection of the pool.",
    ["pool"],
    (gauge, labels, { waitingCount }) => {
      gauge.set(labels, waitingCount);
    },
  );
}
