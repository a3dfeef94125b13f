import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";

/** A case of PapaParse's own suite: what it is about, a text, how it is to be read, and what it gives. */
export interface PapaCase {
  readonly description: string;
  readonly input: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly expected: {
    readonly data: readonly (readonly string[] | Readonly<Record<string, unknown>>)[];
    readonly errors: readonly unknown[];
  };
}

const folder = dirname(createRequire(import.meta.url).resolve("papaparse/package.json"));

/**
 * The cases of the parser and of the function around it. The suite is a script that keeps them in variables of its own
 * and tests them on the spot: here it runs with nothing to test, and its variables are read.
 */
export function papaParseCases(): PapaCase[] {
  const script = readFileSync(join(folder, "tests", "test-cases.js"), "utf8");
  const ignore = (): void => undefined;
  const suite: Record<string, unknown> = {
    chai: {},
    describe: Object.assign(ignore, { skip: ignore }),
    document: { getElementById: () => ({ src: "" }) },
  };
  runInContext(script, createContext(suite));
  const { CORE_PARSER_TESTS: ofParser, PARSE_TESTS: ofFunction } = suite;
  // Made of the script's own arrays and objects, which are of another realm.
  const copied = JSON.parse(JSON.stringify([ofParser, ofFunction], replacer)) as [PapaCase[], PapaCase[]];
  return copied.flat();
}

/** That an option is a function is all that is of interest of it. */
function replacer(_key: string, value: unknown): unknown {
  return typeof value === "function" ? "a function" : value;
}
