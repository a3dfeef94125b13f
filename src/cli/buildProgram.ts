import { Command } from "commander";
import { addDaemonCommands } from "./daemonCommands.ts";
import { addMendingCommands } from "./mendingCommands.ts";
import { addUpkeepCommands } from "./upkeepCommands.ts";
import { addWarehouseCommands } from "./warehouseCommands.ts";

/**
 * The command line with all of its commands. A `summary` is what stands in the list of them; a `description`, longer, is
 * shown by the command's own help and in the README's table (`npm run docs`), where `(README: Cards)` becomes a pointer.
 */
export function buildProgram(): Command {
  const program = new Command("tillhouse")
    .description("Payment files in, trusted answers out.")
    .exitOverride()
    .showHelpAfterError("Add --help for usage.")
    .hook("preAction", async () => {
      const problem = (await import("../config/guardMemory.ts")).guardMemory();
      if (problem !== undefined) process.stderr.write(`${problem}\n`);
    });

  addWarehouseCommands(program);
  addMendingCommands(program);
  addDaemonCommands(program);
  addUpkeepCommands(program);
  return program;
}
