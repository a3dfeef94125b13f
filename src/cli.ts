#!/usr/bin/env node
import { CommanderError } from "commander";
import { buildProgram } from "./cli/buildProgram.ts";
import { outliveClosedOutput } from "./commands/closedOutput.ts";
import { TillhouseError } from "./lib/errors.ts";
import { EXIT_CODES } from "./lib/knownErrors.ts";

/** Says what went wrong: on stderr for a person, and on stdout as one object where JSON was asked for. */
async function reportError(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  const [{ publicMessage }, { statusOf }, { visible, visibleJson }] = await Promise.all([
    import("./lib/publicError.ts"),
    import("./runs/runLog.ts"),
    import("./lib/visible.ts"),
  ]);
  const code = error instanceof TillhouseError ? error.code : "unexpected";
  const message = publicMessage(error);
  process.stderr.write(`${code}: ${visible(message)}\n`);
  if (process.argv.includes("--json")) {
    process.stdout.write(
      `${visibleJson(JSON.stringify({ status: statusOf(error), error: { code, message } }))}\n`,
    );
  }
  return error instanceof TillhouseError ? error.exitCode : EXIT_CODES.failed;
}

outliveClosedOutput();
try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = await reportError(error);
}
