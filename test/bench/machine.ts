import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import type { BenchServer } from "./server/benchServer.ts";

/** Where and when the figures were taken: without that they say nothing. */
export interface Machine {
  readonly date: string;
  readonly cpus: number;
  readonly cpu_model: string;
  readonly memory_bytes: number;
  readonly platform: string;
  readonly node: string;
  readonly postgresql: string;
  readonly postgresql_settings: Readonly<Record<string, string>>;
}

export function describeMachine(server: BenchServer): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpus: availableParallelism(),
    cpu_model: cpus()[0]?.model ?? "unknown",
    memory_bytes: totalmem(),
    platform: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    postgresql: server.version,
    postgresql_settings: server.settings,
  };
}
