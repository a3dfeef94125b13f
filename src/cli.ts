#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { addDaemonCommands } from "./cli/daemonCommands.ts";
import { addUpkeepCommands } from "./cli/upkeepCommands.ts";
import { addWarehouseCommands } from "./cli/warehouseCommands.ts";
import { outliveClosedOutput } from "./commands/closedOutput.ts";
import { EXIT_CODES, TillhouseError } from "./lib/errors.ts";

function buildProgram(): Command {
  const program = new Command("tillhouse")
    .description("Payment files in, trusted answers out.")
    .exitOverride()
    .showHelpAfterError("Add --help for usage.")
    .hook("preAction", async () => {
      const problem = (await import("./config/guardMemory.ts")).guardMemory();
      if (problem !== undefined) process.stderr.write(`${problem}\n`);
    });

  addWarehouseCommands(program);
  addDaemonCommands(program);
  addUpkeepCommands(program);
  return program;
}

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
