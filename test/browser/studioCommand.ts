import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { projectRoot } from "../../src/database/projectRoot.ts";

/** The command line as users have it: built, and as a process of its own. */
function startCommand(args: readonly string[], stateDir: string): ChildProcess {
  return spawn(process.execPath, [join(projectRoot, "dist", "cli.js"), ...args], {
    cwd: projectRoot,
    // Set to nothing, these hide a developer's own.
    env: { ...process.env, STATE_DIR: stateDir, DATA_DIR: "data", DATABASE_URL: "", CARD_TOKEN_KEY: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export async function runCommand(
  args: readonly string[],
  stateDir: string,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = startCommand(args, stateDir);
  if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** `npm run studio`, at work. */
export interface RunningStudio {
  /** Without a path, as `http://127.0.0.1:5555`. */
  readonly origin: string;
  /** What to open in a browser, token and all. */
  readonly address: string;
  /** What it told the user. */
  readonly said: string;
  readonly child: ChildProcess;
  /** Its exit code; null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts it and waits until it names its address. */
export async function startStudio(stateDir: string, args: readonly string[] = []): Promise<RunningStudio> {
  const child = startCommand(["studio", ...args], stateDir);
  const closed = once(child, "close");
  let said = "";
  const address = await new Promise<string>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      said += piece.toString("utf8");
      const found = /(http:\/\/127\.0\.0\.1:\d+\/\S+)\n.*\n/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    void closed.then(() => {
      reject(new Error(`studio ended (${String(child.exitCode)}): ${said}`));
    });
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await closed;
    return child.exitCode;
  };
  return { origin: new URL(address).origin, address, said, child, end };
}
