import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ingest } from "../../jobs/ingest.ts";
import type { JobContext } from "../../jobs/job.ts";
import { loadConfig } from "../../src/config/loadConfig.ts";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { openDatabase, type Database } from "../../src/database/openDatabase.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { pageSource } from "../../src/pageSource.ts";
import { openWeb } from "../../src/web/openWeb.ts";
import { startThread } from "../fixtures/startThread.ts";
import { makeInputFiles } from "./inputFiles.ts";
import { spreadOf } from "./measuring/statistics.ts";

/**
 * Times loads in the process that serves the pages, in turns: alone, and while so many connections send their requests a letter
 * a second and come back whenever they are cut off. Prints one JSON object.
 */
const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "1000" },
    rows: { type: "string", default: "300000" },
    runs: { type: "string", default: "5" },
  },
});
const [connections, rows, runs] = [values.connections, values.rows, values.runs].map(Number) as [
  number,
  number,
  number,
];

/** In a process of its own: what the senders cost is not what the server does. */
const SENDERS = `
  const { connect } = require("node:net");
  const [port, count] = process.argv.slice(1).map(Number);
  const open = () => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\\r\\nHost: localhost\\r\\nX-Slow: "));
    const beat = setInterval(() => socket.write("x"), 1000);
    socket.on("error", () => undefined);
    socket.on("close", () => { clearInterval(beat); setTimeout(open, 1000); });
  };
  for (let index = 0; index < count; index += 1) open();
  setTimeout(() => console.log("open"), 1500);`;

async function withSlowConnections<T>(port: number, work: () => Promise<T>): Promise<T> {
  const senders = spawn(process.execPath, ["--eval", SENDERS, String(port), String(connections)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(senders.stdout, "data");
    return await work();
  } finally {
    senders.kill();
  }
}

/** Loads the files into a warehouse of their own, in seconds. */
async function timeLoad(dataDir: string, isSlowed: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-slow-"));
  // As root, the embedded server runs as another user, who has to get through.
  await chmod(folder, 0o755);
  const config = loadConfig(
    { DATA_DIR: dataDir, STATE_DIR: join(folder, "state"), SETTLE_MS: "0" },
    "no .env file",
  );
  const never = new AbortController().signal;
  const common = { config, logger: silentLogger, clock: systemClock, stopping: never };
  const database = await openDatabase({ ...common, purpose: "load", environment: {} });
  try {
    const context: JobContext = { ...common, database, breakingOff: never, trigger: "schedule", startThread };
    const load = async (): Promise<number> => {
      const begun = systemClock.monotonicMs();
      const { failure } = await ingest(context, { files: [] });
      if (failure instanceof Error) throw failure;
      return (systemClock.monotonicMs() - begun) / 1_000;
    };
    return isSlowed ? await beside(database, common, load) : await load();
  } finally {
    await database.close();
    await stopEmbeddedServer({ stateDir: config.stateDir, logger: silentLogger });
    await rm(folder, { recursive: true, force: true });
  }
}

async function beside<T>(
  database: Database,
  common: Pick<JobContext, "config" | "logger" | "clock" | "stopping">,
  work: () => Promise<T>,
): Promise<T> {
  const jobs = () => [];
  const pages = pageSource({ ...common, database: () => database, jobs });
  const web = await openWeb({
    ...{ ...common, config: { ...common.config, httpPort: 0 }, pool: () => database.pool, jobs, pages },
  });
  try {
    return await withSlowConnections(web.port, work);
  } finally {
    await web.close();
  }
}

const inputs = await mkdtemp(join(tmpdir(), "tillhouse-slow-input-"));
const times = { alone: [] as number[], beside: [] as number[] };
try {
  const files = await makeInputFiles(inputs, { rows }, new AbortController().signal);
  for (let run = 0; run < runs; run += 1) {
    // Whoever comes first has the colder caches: in turns.
    for (const isSlowed of run % 2 === 0 ? [false, true] : [true, false])
      times[isSlowed ? "beside" : "alone"].push(await timeLoad(files.folder, isSlowed));
  }
} finally {
  await rm(inputs, { recursive: true, force: true });
}
const ratio = spreadOf(times.beside).median / spreadOf(times.alone).median;
process.stdout.write(`${JSON.stringify({ connections, rows, ...times, ratio })}\n`);
