import { join } from "node:path";
import { projectRoot } from "../../../src/database/projectRoot.ts";
import { requireBuild } from "../../fixtures/requireBuild.ts";
import { runMeasured, type MeasuredProcess } from "../measuring/measuredProcess.ts";

const PROGRAM = join(projectRoot, "dist", "cli.js");

/** Runs a command of the built program in a process of its own, as a user does. */
export function runTillhouse(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<MeasuredProcess> {
  requireBuild();
  return runMeasured({ file: process.execPath, args: [PROGRAM, ...args], environment }, signal);
}
