import { Gauge, type Registry } from "prom-client";
import type { ReplicaFinding } from "../readiness/replicaCheck.ts";

/**
 * Adds how the replica stands that pages are read from, as it is when that is asked.
 *
 * @param check those who ask it at the same time have one answer
 */
export function addReplicaMetrics(register: Registry, check: () => Promise<ReplicaFinding>): void {
  const gauge = (name: string, help: string, valueOf: (finding: ReplicaFinding) => number): Gauge =>
    new Gauge({
      ...{ name, help, registers: [register] },
      async collect() {
        this.set(valueOf(await check()));
      },
    });
  gauge(
    "tillhouse_replica_up",
    "Whether the replica of READER_DATABASE_URL has answered this scrape, 1 or 0. Absent without one.",
    ({ status }) => Number(status === "ok"),
  );
  gauge(
    "tillhouse_replica_behind_seconds",
    "How old what the replica shows may be at most, in seconds. Absent where it does not answer, or nobody can know.",
    // What is no number is not told.
    ({ standing }) => standing?.behindS ?? NaN,
  );
}
