import type pg from "pg";
import { childrenOf, memoryOfAll, parentOf } from "../measuring/processFigures.ts";

/** Reading it takes the kernel some milliseconds a process, so it is not done often. */
const LOOK_EVERY_MS = 1_000;

/** The most memory that all processes of the server took at once, in bytes; null where it was not measured. */
export interface ServerMemory {
  readonly stop: () => number | null;
}

/** The server's first process, when it is on this machine and may be looked at. */
export async function findPostmaster(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number; from: string | null }>(
    "SELECT pg_backend_pid() AS pid, host(inet_client_addr()) AS from",
  );
  const [backend] = rows;
  // Elsewhere the number may be another process's.
  if (backend === undefined || !["127.0.0.1", "::1", null].includes(backend.from)) return undefined;
  const found = await parentOf(backend.pid);
  return found?.name === "postgres" ? found.parent : undefined;
}

/** Watches the memory of the server until told to stop. */
export function watchServerMemory(postmaster: number | undefined): ServerMemory {
  let peak: number | null = null;
  const look = async (first: number): Promise<void> => {
    const now = await memoryOfAll([first, ...(await childrenOf(first))]);
    if (now !== null) peak = Math.max(peak ?? 0, now);
  };
  if (postmaster === undefined) return { stop: () => null };
  const looking = setInterval(() => void look(postmaster), LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(looking);
      return peak;
    },
  };
}
