import { SETTINGS } from "../../src/config/settings.ts";

export const code = (text: string): string => `\`${text}\``;

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;

export function table(names: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(names), `|${"---|".repeat(names.length)}`, ...rows.map(row)].join("\n");
}

/** What is code in a sentence that a terminal shows as well: settings, commands, options, files. */
const CODE = new RegExp(
  [
    `\\b(?:${Object.keys(SETTINGS).join("|")})\\b(?:[=/][\\w./-]*\\w)?`,
    "npm (?:start|test|run (?:-s )?[a-z:-]*[a-z](?: -- [^.,;:)]*[^.,;:) ])?)",
    "--[a-z][a-z-]*(?: \\w+_layer)?",
    "(?:[\\w-]+/)*[\\w-]+\\.(?:yaml|md)",
  ].join("|"),
  "g",
);

/** A plain sentence of the code's, with what is code in it marked as such, and its pointers into the README as they are there. */
export function marked(sentence: string): string {
  return sentence
    .split(/(`[^`]*`)/)
    .map((piece) => (piece.startsWith("`") ? piece : piece.replace(CODE, code)))
    .join("")
    .replace(/\(README: ([^)]+)\)/g, "(see *$1*)");
}
