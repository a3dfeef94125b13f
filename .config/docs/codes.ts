import { ERRORS, EXIT_CODE_MEANINGS, type Retry } from "../../src/lib/knownErrors.ts";
import { REASON_EXAMPLES } from "../../src/sources/reasonExamples.ts";
import { REASONS, WARNINGS, type Reason } from "../../src/sources/reasons.ts";
import { code, marked, table } from "./markdown.ts";

/** Why records are rejected, and what is worth knowing of those that are not. */
export function reasonsTables(): string {
  const reasons = (Object.keys(REASONS) as Reason[]).map((reason) => [
    code(reason),
    marked(REASONS[reason]),
    REASON_EXAMPLES[reason].shown,
  ]);
  const warnings = Object.entries(WARNINGS).map(([warning, text]) => [code(warning), marked(text)]);
  return [
    table(["reason", "what it says and what to do", "example"], reasons),
    "Warnings cost no record:",
    table(["warning", "what it says"], warnings),
  ].join("\n\n");
}

const RETRIED: Readonly<Record<Retry, string>> = {
  never: "no",
  later: "by the next run",
  soon: "by the run itself",
};

/** What commands and runs end by. */
export function errorsTable(): string {
  const rows = Object.entries(ERRORS).map(([name, { exitCode, retry, meaning }]) => [
    code(name),
    String(exitCode),
    RETRIED[retry],
    marked(meaning),
  ]);
  return table(["code", "exit code", "tried again", "what it says and what to do"], rows);
}

/** All exit codes, in one sentence. */
export function exitCodes(): string {
  const meanings = Object.entries(EXIT_CODE_MEANINGS).map(([exitCode, meaning]) => `${exitCode} ${meaning}`);
  return `Exit codes: ${meanings.join(", ")}.`;
}
