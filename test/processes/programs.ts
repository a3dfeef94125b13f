import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach } from "@jest/globals";
import { requireBuild } from "../fixtures/requireBuild.ts";
import { eventually } from "./eventually.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** How a program ended, and all that it said. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built program at work, as a process of its own. */
export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has said on stderr so far. */
  said(): string;
  /** Waits until stderr matches. */
  untilItSays(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Settings of a program; those of the tests themselves do not reach it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const running = new Set<ChildProcessWithoutNullStreams>();

// A failed test must not leave its programs to the next one.
afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  await eventually("the programs of the test have ended", () => running.size === 0);
});

/** Starts `dist/cli.js` or `dist/scheduler.js`, without a terminal and far from any `.env` file. */
export function start(
  entry: "cli" | "scheduler",
  args: readonly string[],
  environment: Environment = {},
  nodeOptions: readonly string[] = [],
): Program {
  requireBuild();
  const line = [...nodeOptions, join(root, "dist", `${entry}.js`), ...args];
  return startCommand(process.execPath, line, { environment });
}

/** Starts any command as the programs are started; a daemon answers over HTTP only where HTTP_PORT says so: there may be many. */
export function startCommand(
  command: string,
  args: readonly string[],
  options: { readonly environment: Environment; readonly cwd?: string },
): Program {
  const child = spawn(command, args, {
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], HTTP_PORT: "0", ...options.environment },
  });
  running.add(child);
  child.stdin.end();
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let hasEnded = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      running.delete(child);
      hasEnded = true;
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    said: () => stderr,
    untilItSays: async (pattern) => {
      await eventually(`stderr matches ${String(pattern)}`, () => {
        if (pattern.test(stderr)) return true;
        if (hasEnded) throw new Error(`It ended without ${String(pattern)}:\n${stderr}`);
        return false;
      });
    },
  };
}

/** Runs a command to its end. */
export function run(args: readonly string[], environment: Environment = {}): Promise<Ended> {
  return start("cli", args, environment).ended;
}

/** Runs a command that must succeed, and gives the JSON object that is all of its stdout. */
export async function runForJson<T>(args: readonly string[], environment: Environment): Promise<T> {
  const { exitCode, stdout, stderr } = await run(args, environment);
  if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit code ${String(exitCode)}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
