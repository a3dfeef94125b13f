import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Config } from "../../config/loadConfig.ts";
import { projectRoot } from "../../database/projectRoot.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { publicCode } from "../../lib/publicError.ts";
import type { RecordCheck } from "../../sources/recordChecks.ts";
import type { Check } from "./check.ts";
import { checksDocument, type ChecksDocument } from "./checksDocument.ts";
import { checksFileSchema, type ChecksFile } from "./checksFile.ts";
import { modelChecksOf } from "./declaredModels.ts";
import { sourceChecksOf } from "./declaredSources.ts";
import { placed, type Problem } from "./declaration.ts";

/** The project's own checks, beside the schema. */
const OWN_FILE = join("prisma", "checks.yaml");
/** A file of checks is text that people write; a larger one is something else. */
const MOST_CHARACTERS = 1_000_000;

/**
 * Reads the declared checks: of CHECKS_FILE, or the project's own. Whether the tables, views and columns that they are about are
 * there is for the database to say, when they are run.
 *
 * @throws TillhouseError `config_invalid`, naming file, line, what is wrong and what would be right
 */
export async function loadChecks({ checksFile }: Pick<Config, "checksFile">): Promise<readonly Check[]> {
  const path = checksFile ?? join(projectRoot, OWN_FILE);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new TillhouseError(
      "config_invalid",
      `${path} cannot be read (${publicCode(error)}): CHECKS_FILE must be a readable file of checks. Example: CHECKS_FILE=${OWN_FILE}`,
      { path },
      error,
    );
  });
  return parseChecks(text, checksFile === undefined ? OWN_FILE : shown(checksFile));
}

/** Short where it lies below the working directory. */
function shown(path: string): string {
  const below = relative(".", path);
  return below.startsWith("..") ? path : below;
}

/**
 * The checks that a text declares, in its order.
 *
 * @param shownPath as messages call the file
 * @throws TillhouseError `config_invalid`
 */
export function parseChecks(text: string, shownPath: string): readonly Check[] {
  if (text.length > MOST_CHARACTERS)
    throw new TillhouseError("config_invalid", `${shownPath} is too large for a file of checks`, {
      path: shownPath,
    });
  const document = checksDocument(text, shownPath);
  const parsed = checksFileSchema.safeParse(document.value ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw document.wrong(issue?.path ?? [], `${keyOf(issue?.path)}${issue?.message ?? "is not valid"}`);
  }
  const checks = declaredIn(parsed.data, document);
  refuseSameNames(checks, shownPath);
  return checks;
}

/** Those that loaders make, for them. */
export function recordChecksOf(checks: readonly Check[]): readonly RecordCheck[] {
  return checks.flatMap((check) => {
    if (check.on !== "records") return [];
    const { name, source, column, severity, rule, expected } = check;
    return [{ name, source, column, severity, rule, expected }];
  });
}

function declaredIn(file: ChecksFile, document: ChecksDocument): readonly Check[] {
  const problem: Problem = (path, what) => document.wrong(path, what);
  return [
    ...file.models.flatMap((model, index) => modelChecksOf(model, ["models", index], problem)),
    ...file.sources.flatMap((source, index) => sourceChecksOf(source, ["sources", index], problem)),
    ...file.sums.map(({ of, ...given }, index) => ({
      ...placed(given, `sums.${of}`, ["sums", index]),
      on: "sums" as const,
      rule: { kind: "sums" as const, of },
      expected: EXPECTED_SUMS[of],
    })),
  ].map(({ path, ...check }) => ({ ...check, place: document.placeOf(path) }));
}

const EXPECTED_SUMS = {
  files_to_facts: "count and amount of the facts of each file are as the ledger says",
  facts_to_rollups: "counts, amounts and first sales of the rollups are those of the facts",
} as const;

/** The last key of a path, to stand before what is wrong with it. */
function keyOf(path: readonly PropertyKey[] | undefined): string {
  const key = path?.findLast((part) => typeof part === "string");
  return key === undefined ? "" : `${key} `;
}

function refuseSameNames(checks: readonly Check[], shownPath: string): void {
  const places = new Map<string, string>();
  for (const { name, place } of checks) {
    const other = places.get(name);
    if (other !== undefined)
      throw new TillhouseError(
        "config_invalid",
        `${place}: there is a check called ${name} already, at ${other.replace(`${shownPath}:`, "line ")}. Give one of them a name of its own, such as name: ${name}_2`,
        { place },
      );
    places.set(name, place);
  }
}
