import { LineCounter, parseDocument, isNode } from "yaml";
import { TillhouseError } from "../../lib/errors.ts";

type Path = readonly PropertyKey[];

/** A YAML text, and where in it things stand. */
export interface ChecksDocument {
  /** Its plain value. */
  readonly value: unknown;
  /** `file:line` of what stands at a path; of what is missing, of what it is missing in. */
  readonly placeOf: (path: Path) => string;
  /** An error that names the place. */
  readonly wrong: (path: Path, what: string) => TillhouseError;
}

/**
 * Reads a YAML 1.2 text. Keys that stand twice are an error, as is whatever else is no YAML.
 *
 * @param shownPath as messages call it
 * @throws TillhouseError `config_invalid`
 */
export function checksDocument(text: string, shownPath: string): ChecksDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const invalid = (place: string, what: string): TillhouseError =>
    new TillhouseError("config_invalid", `${place}: ${what}`, { place });

  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw invalid(`${shownPath}:${lineAt(problem.pos[0])}`, `this is no YAML: ${problem.message}`);

  const placeOf = (path: Path): string => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return `${shownPath}:${lineAt(node.range[0])}`;
    }
    return shownPath;
  };
  return {
    value: plainValue(document, invalid, shownPath),
    placeOf,
    wrong: (path, what) => invalid(placeOf(path), what),
  };
}

function plainValue(
  document: ReturnType<typeof parseDocument>,
  invalid: (place: string, what: string) => TillhouseError,
  shownPath: string,
): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias of nothing, or aliases that would make gigabytes of a few lines.
    throw invalid(
      shownPath,
      `this cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
