import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LeaveNothing } from "./leaveNothing.ts";
import { openBenchServer } from "./server/benchServer.ts";
import { Databases } from "./server/databases.ts";
import type { Workshop } from "./sides/side.ts";

/**
 * A folder and a server for a bench alone, both gone when `leaving` ends.
 *
 * @param workers WORKERS of Tillhouse; undefined: its own default
 */
export async function openWorkshop(workers: number | undefined, leaving: LeaveNothing): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-bench-"));
  leaving.later(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  // As root, PostgreSQL may have to run as somebody who must get through.
  await chmod(folder, 0o755);
  const server = await openBenchServer(folder);
  leaving.later(() => server.close());
  const databases = new Databases(server);
  leaving.later(() => databases.dropAll());
  const cardTokenKey = randomBytes(32).toString("hex");
  return { server, databases, folder, cardTokenKey, workers, signal: leaving.signal };
}
