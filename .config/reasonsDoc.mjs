/**
 * Writes the table of reasons and warnings, with an example each, out of src/sources/reasons.ts and reasonExamples.ts.
 *
 *     node .config/reasonsDoc.mjs [FILE]           puts it between the markers in FILE (README.md)
 *     node .config/reasonsDoc.mjs --check [FILE]   exit code 1 where FILE shows another one
 */
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const [BEGIN, END] = ["<!-- reasons -->", "<!-- /reasons -->"];

/** What a module exports. These two import nothing but types, so that one file is all there is to run; no build is needed. */
async function exportsOf(path) {
  const text = await readFile(join(root, path), "utf8");
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputText).toString("base64")}`);
}

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const row = (cells) => `| ${cells.map(cell).join(" | ")} |`;
const table = (names, rows) => [row(names), `|${"---|".repeat(names.length)}`, ...rows.map(row)].join("\n");

/** Both tables, as Markdown. */
async function documentation() {
  const { REASONS, WARNINGS } = await exportsOf("src/sources/reasons.ts");
  const { REASON_EXAMPLES } = await exportsOf("src/sources/reasonExamples.ts");
  const reasons = Object.entries(REASONS).map(([code, text]) => [
    `\`${code}\``,
    text,
    REASON_EXAMPLES[code].shown,
  ]);
  const warnings = Object.entries(WARNINGS).map(([code, text]) => [`\`${code}\``, text]);
  return [
    table(["reason", "what it says and what to do", "example"], reasons),
    "Warnings cost no record:",
    table(["warning", "what it says"], warnings),
  ].join("\n\n");
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false } },
});
const file = positionals[0] ?? join(root, "README.md");
const shown = relative(process.cwd(), file) || file;
const text = await readFile(file, "utf8");
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];

if (begin === -1 || end < begin) {
  process.stderr.write(
    `${shown} has no place for the reasons: a line ${BEGIN} and, after it, a line ${END}\n`,
  );
  process.exitCode = 1;
} else {
  const updated = `${text.slice(0, begin)}${BEGIN}\n\n${await documentation()}\n\n${text.slice(end)}`;
  if (updated === text) {
    process.stdout.write(`The reasons in ${shown} are those of the code.\n`);
  } else if (values.check) {
    process.stderr.write(
      `The reasons in ${shown} are not those of the code. Run: node .config/reasonsDoc.mjs\n`,
    );
    process.exitCode = 1;
  } else {
    await writeFile(file, updated);
    process.stdout.write(`The reasons in ${shown} were written anew.\n`);
  }
}
