import type { Clock } from "../../lib/clock.ts";
import type { Route } from "./route.ts";

/** `/healthz`: the process is alive. Nothing is asked of the database, so that a daemon whose database is away is not restarted. */
export function healthz({ clock, version }: { clock: Clock; version: string }): Route {
  const startedAt = clock.now().toISOString();
  const startedAtMs = clock.monotonicMs();
  return {
    path: "/healthz",
    isOpen: true,
    answer: () => ({
      ...{ status: "ok", version, started_at: startedAt },
      uptime_s: Math.round((clock.monotonicMs() - startedAtMs) / 1000),
    }),
  };
}
