import type { Command } from "commander";
import { buildProgram } from "../../src/cli/buildProgram.ts";
import { daemonProgram } from "../../src/scheduler/daemonProgram.ts";
import { benchProgram } from "../../test/bench/benchOptions.ts";
import { npmScripts, type NpmScript } from "./npmScripts.ts";

/** A command as it is asked for. */
export interface KnownCommand {
  readonly command: Command;
  /** Scripts that run it; one that gives a part of what is to be given, such as the job's name, too. */
  readonly scripts: readonly NpmScript[];
  /** Words that run it behind `dist/cli.js`, such as `runs retry`; none of a program that is one command. */
  readonly words: readonly string[];
}

/**
 * All commands, in the order of the command line's help; then the daemon and the bench.
 *
 * @throws Error where one cannot be asked for by npm, or a script asks for one that is not there
 */
export function knownCommands(): KnownCommand[] {
  const scripts = npmScripts();
  const commands = [
    ...buildProgram().commands.flatMap((command) => commandsOf(command, scripts)),
    ofEntry(daemonProgram(), "dist/scheduler.js", scripts),
    ofEntry(benchProgram(), "test/bench/bench.ts", scripts),
  ];
  const unasked = commands.find((each) => each.scripts.length === 0);
  if (unasked !== undefined) throw new Error(`package.json has no script for ${unasked.words.join(" ")}.`);
  const asked = new Set(commands.flatMap((each) => each.scripts.map(({ typed }) => typed)));
  const astray = scripts.find(({ runs, typed }) => runs.startsWith("dist/") && !asked.has(typed));
  if (astray !== undefined) throw new Error(`${astray.typed} runs ${astray.runs}, which is no command.`);
  return commands;
}

/** A command and those below it, which go by its script. */
function commandsOf(command: Command, scripts: readonly NpmScript[]): KnownCommand[] {
  const line = `dist/cli.js ${command.name()}`;
  const own = scripts.filter(({ runs }) => runs === line || runs.startsWith(`${line} `));
  const below = command.commands.map((each) => ({
    command: each,
    scripts: own,
    words: [command.name(), each.name()],
  }));
  return [{ command, scripts: own, words: [command.name()] }, ...below];
}

function ofEntry(command: Command, entry: string, scripts: readonly NpmScript[]): KnownCommand {
  return { command, scripts: scripts.filter(({ runs }) => runs === entry), words: [] };
}
