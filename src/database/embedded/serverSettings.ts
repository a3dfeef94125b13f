import { totalmem } from "node:os";
import { statfs } from "node:fs/promises";

const MB = 1024 * 1024;

/**
 * What the embedded server is started with, over PostgreSQL's defaults. Everything that differs is here, and given on
 * the command line, so that no file can disagree with it.
 */
export async function serverSettings(port: number): Promise<Readonly<Record<string, string>>> {
  const memory = memoryBytes();
  return {
    // Reachable from this machine only, and by password only (initdb set scram-sha-256).
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "100",

    // What was committed survives a power cut. These are the defaults; they stand here so that nobody has to wonder.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",

    // Bulk loads: fewer checkpoints, more room for sorts and index builds, by the size of the machine.
    shared_buffers: megabytes(memory / 16, 64, 2_048),
    maintenance_work_mem: megabytes(memory / 32, 64, 512),
    work_mem: megabytes(memory / 256, 8, 64),
    effective_cache_size: megabytes(memory / 2, 128, 16_384),
    max_wal_size: "4GB",
    wal_buffers: megabytes(memory / 256, 4, 64),
    // Measured on half a million rows: pglz, the only method this build has, made inserts 10 % and updates 300 % slower.
    wal_compression: "off",
    checkpoint_timeout: "15min",
    checkpoint_completion_target: "0.9",
    // Containers may promise huge pages and kill who uses them.
    huge_pages: "off",
    dynamic_shared_memory_type: await dynamicSharedMemory(),

    // The same answers wherever the machine stands.
    timezone: "UTC",
    log_timezone: "UTC",

    // Row values never reach the log: errors of statements go to the client alone ("log" ranks above "error"), and what
    // is left, starts, stops and crashes, is a line each.
    log_destination: "stderr",
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_statement: "none",
    log_min_duration_statement: "-1",
    log_parameter_max_length: "0",
    log_parameter_max_length_on_error: "0",
    log_checkpoints: "off",
    log_autovacuum_min_duration: "-1",
  };
}

export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function megabytes(bytes: number, atLeast: number, atMost: number): string {
  return `${Math.round(Math.min(Math.max(bytes / MB, atLeast), atMost))}MB`;
}

/** Bytes that this process may count on: a container's limit where there is one. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Parallel queries share memory through /dev/shm, which containers give 64 MB: then they fail with "No space left on
 * device". System V memory has no such limit on Linux.
 */
async function dynamicSharedMemory(): Promise<string> {
  if (process.platform === "win32") return "windows";
  if (process.platform !== "linux") return "posix";
  const shm = await statfs("/dev/shm").catch(() => undefined);
  return shm !== undefined && shm.bsize * shm.blocks >= 1024 * MB ? "posix" : "sysv";
}
