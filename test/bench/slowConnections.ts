import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { freePort } from "../fixtures/httpClient.ts";
import { makeInputFiles, SOURCE_FILES } from "./inputFiles.ts";
import { spreadOf } from "./measuring/statistics.ts";

/**
 * Times loads by the built daemon, each on an embedded server of its own, in turns: alone, and while so many connections send
 * their requests a letter a second and come back whenever they are cut off. Prints one JSON object, its times in seconds.
 */
const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "1000" },
    rows: { type: "string", default: "1000000" },
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
  for (let index = 0; index < count; index += 1) open();`;
/** Until all have been open, and the first of them cut off. */
const OPENING_MS = 3_000;
const EVERY_TWO_SECONDS = "*/2 * * * * *";

/** A line of the daemon's log at the end of a run. */
interface RunEnded {
  readonly message: string;
  readonly status: string;
  readonly loaded: number;
  readonly duration_ms: number;
}

/**
 * How long the daemon's run takes that loads the files, in seconds.
 *
 * @throws Error when it does not load all of them at once
 */
async function timeLoad(files: string, isSlowed: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-slow-"));
  // As root, the embedded server runs as another user, who has to get through.
  await chmod(folder, 0o755);
  const [dataDir, arriving, port] = [join(folder, "data"), join(folder, "arriving"), await freePort()];
  await mkdir(dataDir);
  await cp(files, arriving, { recursive: true });
  const programs: ChildProcess[] = [];
  try {
    const daemon = spawn(process.execPath, [join(projectRoot, "dist", "scheduler.js")], {
      cwd: folder,
      env: {
        ...{ PATH: process.env["PATH"], DATA_DIR: dataDir, STATE_DIR: join(folder, "state"), SETTLE_MS: "0" },
        ...{ HTTP_PORT: String(port), INGEST_CRON: EVERY_TWO_SECONDS },
      },
      stdio: ["ignore", "inherit", "pipe"],
    });
    programs.push(daemon);
    const log = createInterface({ input: daemon.stderr })[Symbol.asyncIterator]();
    await nextRun(log, () => true);
    if (isSlowed) {
      programs.push(
        spawn(process.execPath, ["--eval", SENDERS, String(port), String(connections)], { stdio: "inherit" }),
      );
    }
    await pause(OPENING_MS);
    // References come first: no run is to find transactions alone.
    for (const file of SOURCE_FILES) await rename(join(arriving, file), join(dataDir, file));
    const { loaded, duration_ms: ms, status } = await nextRun(log, (run) => run.loaded >= rows);
    if (status !== "succeeded") throw new Error(`the run that loaded ${loaded} records ${status}`);
    return ms / 1_000;
  } finally {
    for (const program of programs.reverse()) {
      if (program.exitCode !== null || !program.kill("SIGTERM")) continue;
      await once(program, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** The next run that ends and is one that is looked for. */
async function nextRun(
  log: AsyncIterator<string>,
  isLookedFor: (run: RunEnded) => boolean,
): Promise<RunEnded> {
  for (;;) {
    const line = await log.next();
    if (line.done === true) throw new Error("the daemon ended before its run did");
    const said = JSON.parse(line.value) as RunEnded;
    if (said.message === "run ended" && isLookedFor(said)) return said;
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
