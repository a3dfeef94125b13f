import { spawn } from "node:child_process";
import type { Account } from "./account.ts";
import { asAccount } from "./account.ts";

export interface ProgramResult {
  /** 0 is success; null when a signal ended it. */
  readonly code: number | null;
  /** Stdout and stderr together, at most the last 8,000 characters. */
  readonly output: string;
}

/**
 * Runs a program to its end as `account`, outside our process group so that a Ctrl-C does not cut initdb in two.
 * Rejects only when the program cannot be started at all.
 */
export async function runProgram(
  account: Account,
  program: string,
  args: readonly string[],
): Promise<ProgramResult> {
  const command = asAccount(account, program, args);
  const child = spawn(command.file, command.args, { ...command.options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (chunk: string): void => {
    output = (output + chunk).slice(-8000);
  };
  child.stdout.setEncoding("utf8").on("data", collect);
  child.stderr.setEncoding("utf8").on("data", collect);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, output: output.trim() };
}
