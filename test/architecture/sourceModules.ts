import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Text by path from the project root, with forward slashes. */
export type SourceTexts = ReadonlyMap<string, string>;

const root = fileURLToPath(new URL("../..", import.meta.url));
const GENERATED = "src/database/generated/";

/** Our files of some folders that end so, TypeScript unless said, without what Prisma generates. */
export function readSources(folders: readonly string[], ending = /\.tsx?$/): SourceTexts {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
      .filter((path) => ending.test(path) && !path.startsWith(GENERATED)),
  );
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

export interface ParsedModule {
  readonly path: string;
  readonly file: ts.SourceFile;
}

/** @yields every node of a file, outermost first */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* nodesOf(child);
}

export function parseModules(sources: SourceTexts): ParsedModule[] {
  return [...sources].map(([path, text]) => ({
    path,
    file: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
  }));
}

/** What a module names in `import`, `export … from`, `import()`, `require()` and `import("…").Type`. */
export function specifiersOf({ file }: ParsedModule): string[] {
  const found: string[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push(node.text);
  };
  for (const node of nodesOf(file)) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node)) {
      const { expression } = node;
      const loads = ts.isIdentifier(expression) && expression.text === "require";
      if (loads || expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    }
  }
  return found;
}

/** Paths of our own modules that a module imports; a package's name is none. */
export function importsOf(module: ParsedModule): string[] {
  return specifiersOf(module)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => posix.join(posix.dirname(module.path), specifier));
}

/** The part of the program that a module belongs to: its folder in src, its own name beside them, or `jobs`. */
export function partOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "src" ? second.replace(/\.tsx?$/, "") : dirname(path);
}
