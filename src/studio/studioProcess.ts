import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { projectRoot } from "../database/projectRoot.ts";
import { studioUnavailable } from "./studioUnavailable.ts";

/** Prisma Studio's own server, as a process of its own. */
export interface StudioProcess {
  /** @throws TillhouseError when it ends before it listens, or does not listen in time */
  readonly listening: Promise<void>;
  /** Rejects when it ends, for whatever reason. */
  readonly ended: Promise<never>;
  /** Ends it: asked to first, then made to. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
const STOP_MS = 3_000;
const KEPT_OUTPUT_CHARACTERS = 2_000;

/** What runs in its process before it does; with the same ending as this module's, compiled or not. */
const INSIDE_PRISMA = new URL(`./insidePrisma${extname(import.meta.url)}`, import.meta.url).href;

/**
 * Starts `prisma studio` on 127.0.0.1.
 *
 * @param options.url goes to the child in its environment, which other users cannot read
 * @param options.port a free one
 * @param options.secret requests without it are refused; goes to the child by a channel of its own
 */
export function startStudioProcess(options: {
  url: string;
  environment: NodeJS.ProcessEnv;
  port: number;
  secret: string;
}): StudioProcess {
  const require = createRequire(import.meta.url);
  const cli = join(dirname(require.resolve("prisma/package.json")), "build", "index.js");
  const child = spawn(
    process.execPath,
    ["--import", INSIDE_PRISMA, cli, "studio", "--port", String(options.port), "--browser", "none"],
    {
      cwd: projectRoot,
      env: { ...options.environment, DATABASE_URL: options.url, CHECKPOINT_DISABLE: "1", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Ctrl-C is for this process, which then ends the child. On Windows this would open a window.
      detached: process.platform !== "win32",
    },
  );

  // That it cannot be told, since it has ended, is told by its end.
  child.send(options.secret, () => undefined);

  let output = "";
  const tooLate = AbortSignal.timeout(START_MS);
  const gone = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(`it could not be started: ${error.message}`);
    });
    child.once("close", (code, signal) => {
      resolve(`it ended (${signal ?? `exit code ${String(code)}`}): ${output.trim()}`);
    });
  });
  const ended = gone.then((why): never => {
    throw studioUnavailable(why);
  });
  const listening = new Promise<void>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      output = (output + piece.toString("utf8")).slice(-KEPT_OUTPUT_CHARACTERS);
      // It names its address once it listens.
      if (output.includes(`:${options.port}`)) resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    tooLate.addEventListener("abort", () => {
      reject(studioUnavailable(`it did not listen within ${START_MS / 1000} s`));
    });
    ended.catch(reject);
  });
  // Whoever waits for one of them need not wait for the other.
  listening.catch(() => undefined);

  const stop = async (): Promise<void> => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exit;
    clearTimeout(patience);
  };
  return { listening, ended, stop };
}
