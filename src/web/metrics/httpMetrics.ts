import { Counter, Histogram, type Registry } from "prom-client";

/** A request that was answered. */
export interface Answered {
  /** Its path as we know it, or `none`: there are no more of them than routes. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** In seconds: pages take milliseconds, a database that does not answer takes two seconds. */
const BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Adds what is answered over HTTP; the result counts a request. */
export function addHttpMetrics(register: Registry): (request: Answered) => void {
  const names = { registers: [register], labelNames: ["route", "status"] };
  const requests = new Counter({
    ...{ ...names, name: "tillhouse_http_requests_total" },
    help: "Requests that were answered, by route (none: no such path) and status.",
  });
  const durations = new Histogram({
    ...{ ...names, name: "tillhouse_http_request_duration_seconds", buckets: BOUNDS },
    help: "How long answers took, in seconds.",
  });
  return ({ route, status, seconds }) => {
    requests.inc({ route, status });
    durations.observe({ route, status }, seconds);
  };
}
