import type { Argument, Command, Option } from "commander";
import { exitCodes } from "./codes.ts";
import { code, marked, table } from "./markdown.ts";
import type { NpmScript } from "./npmScripts.ts";
import { knownCommands, type KnownCommand } from "./programs.ts";

/** What can be asked for, by npm, each with its arguments and options. */
export function commandsTable(): string {
  const rows = knownCommands().map((known) => [usagesOf(known), marked(known.command.description())]);
  return [table(["command", "does"], rows), exitCodes()].join("\n\n");
}

function usagesOf({ command, scripts, words }: KnownCommand): string {
  const usages = scripts.map((script) => usageOf(command, words, script));
  // A service starts it without npm.
  const direct = words.length === 0 ? scripts.filter(({ runs }) => runs.startsWith("dist/")) : [];
  return [...usages, ...direct.map(({ runs }) => `node ${runs}`)].map(code).join(", ");
}

function usageOf(command: Command, words: readonly string[], { typed, runs }: NpmScript): string {
  // What the script gives is not to be typed; past the command's own words it gives arguments.
  const given = runs.split(" ").slice(1);
  const rest = [
    ...words.slice(given.length),
    ...command.registeredArguments.slice(Math.max(0, given.length - words.length)).map(argumentUsage),
    ...command.options.map(optionUsage),
  ];
  return rest.length === 0 ? typed : `${typed} -- ${rest.join(" ")}`;
}

function argumentUsage(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "…" : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** `[--format table|json|csv]`; what begins as an empty list may be given again. */
function optionUsage({ flags, mandatory, defaultValue, argChoices }: Option): string {
  const usage = argChoices === undefined ? flags : flags.replace(/<.*>/, argChoices.join("|"));
  if (mandatory) return usage;
  const mayComeAgain = Array.isArray(defaultValue) && defaultValue.length === 0;
  return `[${usage}]${mayComeAgain ? "…" : ""}`;
}

/** As wide as what is shown of it in a browser. */
const HELP_COLUMNS = 100;

/** All that `--help` says, command by command. */
export function commandReference(): string {
  const sections = knownCommands().map(({ command, scripts, words }) =>
    [
      `## ${words.length === 0 ? (scripts[0]?.typed ?? "") : words.join(" ")}`,
      `By npm: ${scripts.map(({ typed }) => code(byNpm(typed, words.slice(1)))).join(", ")}`,
      `\`\`\`text\n${helpOf(command)}\n\`\`\``,
    ].join("\n\n"),
  );
  return [
    "# Commands",
    "<!-- Written by `npm run docs`: change the commands and run that. -->",
    "All that `--help` says of each. The README has them in one table, with what exit codes mean.",
    ...sections,
  ].join("\n\n");
}

const byNpm = (typed: string, words: readonly string[]): string =>
  words.length === 0 ? typed : `${typed} -- ${words.join(" ")}`;

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
    getOutHelpWidth: () => HELP_COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help.trim();
}
