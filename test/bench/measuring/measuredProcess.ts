import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { figuresOf, UNKNOWN_FIGURES, type ProcessFigures } from "./processFigures.ts";

/** A program to run, with settings of its own: of the bench's environment it gets only where programs are. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Default: the folder for temporary files, far from any `.env`. */
  readonly folder?: string;
}

/** What a process did and what it took, from its start to its end. */
export interface MeasuredProcess extends ProcessFigures {
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Figures are looked at so often: what a process takes in its last moments may be missed. */
const LOOK_EVERY_MS = 25;
const LAST_WORDS = 2_000;

/**
 * Runs a program to its end.
 *
 * @param signal kills it
 * @throws Error with what it said last, when it does not end well
 */
export async function runMeasured(command: Command, signal: AbortSignal): Promise<MeasuredProcess> {
  signal.throwIfAborted();
  const started = performance.now();
  const child = spawn(command.file, command.args, {
    cwd: command.folder ?? tmpdir(),
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...command.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  signal.addEventListener("abort", kill);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let figures = UNKNOWN_FIGURES;
  const look = async (): Promise<void> => {
    if (child.pid === undefined) return;
    const seen = await figuresOf(child.pid);
    // A process that has just ended still has a status, without memory.
    if (seen.peakMemoryBytes !== null) figures = seen;
  };
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  try {
    let seconds = 0;
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", () => {
        seconds = (performance.now() - started) / 1000;
      });
      child.on("close", resolve);
    });
    signal.throwIfAborted();
    if (exitCode !== 0) {
      const said = (stderr + stdout).trim().slice(-LAST_WORDS);
      throw new Error(`${command.file} ${command.args.join(" ")} ended with ${String(exitCode)}:\n${said}`);
    }
    return { seconds, stdout, stderr, ...figures };
  } finally {
    clearInterval(looking);
    signal.removeEventListener("abort", kill);
  }
}
