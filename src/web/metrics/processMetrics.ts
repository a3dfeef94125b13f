import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

/** Of prom-client's own: they are gauges, and what ends so is to be a counter; or they go by what Node does not promise. */
const LEFT_OUT = [
  ...["nodejs_active_resources_total", "nodejs_active_handles", "nodejs_active_handles_total"],
  ...["nodejs_active_requests", "nodejs_active_requests_total"],
];

/**
 * Adds those of any process of Node: processor, memory, event loop, garbage collection.
 *
 * @param version of Tillhouse
 */
export function addProcessMetrics(register: Registry, version: string): void {
  new Gauge({
    ...{ name: "tillhouse_build_info", registers: [register], labelNames: ["version"] },
    help: "1; the label says which version of Tillhouse it is.",
  }).set({ version }, 1);
  collectDefaultMetrics({ register });
  for (const name of LEFT_OUT) register.removeSingleMetric(name);
}
