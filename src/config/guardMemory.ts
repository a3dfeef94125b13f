import { switchOffCoreDumps, switchOffDebugger, switchOffReports } from "../lib/memoryDumps.ts";
import { refuseUnsafeNodeOptions } from "./unsafeNodeOptions.ts";

/**
 * Sees to it that what is in this process's memory stays there, whatever ends it: card numbers are in it while they are
 * tokenised (PCI DSS 4.0.1, 3.5.1). To be called before any file is read; threads and child processes are covered.
 *
 * @returns a sentence for the log where something could not be switched off
 * @throws TillhouseError `unsafe_node_options`
 */
export function guardMemory(): string | undefined {
  refuseUnsafeNodeOptions(process.env, process.execArgv);
  switchOffReports();
  switchOffDebugger();
  return switchOffCoreDumps();
}
