import { basename } from "node:path";
import ts from "typescript";
import { nodesOf, parseModules, partOf, type ParsedModule, type SourceTexts } from "./sourceModules.ts";

type Finder = (node: ts.Node) => boolean;

/** `path:line` of every node that `isWrong` finds. */
function placesOf(modules: readonly ParsedModule[], isWrong: Finder): string[] {
  return modules.flatMap(({ path, file }) =>
    [...nodesOf(file)]
      .filter(isWrong)
      .map((node) => `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`),
  );
}

const isProcess = (node: ts.Node | undefined): boolean =>
  node !== undefined && ts.isIdentifier(node) && node.text === "process";
const isEnv = (node: ts.Node | undefined): boolean =>
  node !== undefined && (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.text === "env";

/** Readers of the environment outside src/config, however they reach for it. */
export function environmentReaders(sources: SourceTexts): string[] {
  const modules = parseModules(sources).filter(({ path }) => partOf(path) !== "config");
  return placesOf(modules, (node) => {
    if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && isEnv(node.name);
    if (ts.isElementAccessExpression(node))
      return isProcess(node.expression) && isEnv(node.argumentExpression);
    if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
      return (
        isProcess(node.initializer) &&
        node.name.elements.some(({ propertyName, name }) => isEnv(propertyName ?? name))
      );
    }
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
    return /^(node:)?process$/.test(node.moduleSpecifier.text);
  });
}

/** `export default` in any of its spellings. */
export function defaultExports(sources: SourceTexts): string[] {
  return placesOf(parseModules(sources), (node) => {
    if (ts.isExportAssignment(node)) return true;
    if (ts.isExportSpecifier(node)) return node.name.text === "default";
    return (
      ts.canHaveModifiers(node) &&
      (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
    );
  });
}

const EMPTY_NAMES = /^(utils?|helpers?|common|misc|managers?|base)$/i;

/** Files and folders whose name says nothing of their subject, also as one word of a longer name. */
export function emptyNames(paths: Iterable<string>): string[] {
  return [...paths].filter((path) =>
    path
      .replace(basename(path), basename(path).split(".")[0] ?? "")
      .split("/")
      .some((name) => name.split(/(?=[A-Z])|[-_]/).some((word) => EMPTY_NAMES.test(word))),
  );
}

const SQL =
  /^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|WITH\s+\w+\s+AS\b|COPY\s+\S+\s*\(|(CREATE|ALTER|DROP)\s+(TABLE|VIEW|INDEX|UNIQUE|SCHEMA|DATABASE|TYPE|ROLE|TEMP|MATERIALIZED|FUNCTION|TRIGGER)|TRUNCATE\s|ANALYZE\b|VACUUM\b|LOCK\s+TABLE|GRANT\s|REVOKE\s|SET\s+(LOCAL\s+|SESSION\s+|TRANSACTION\s+)?\w+\s*(=|TO\b|\w+\s+\w+)|(BEGIN|COMMIT|ROLLBACK)\s*$)/i;

/** Text that PostgreSQL would read as a statement. A sentence begins with one capital, SQL with none or only such. */
function isSql(text: string): boolean {
  const [first = ""] = text.trim().split(/\s/);
  return SQL.test(text) && (first === first.toUpperCase() || first === first.toLowerCase());
}

/** A statement inside TypeScript. */
export interface InlineStatement {
  readonly path: string;
  readonly text: string;
  /** Whether anything is put into its text: an identifier perhaps, or a value. */
  readonly isBuilt: boolean;
}

/** SQL that is not in a `.sql` file. */
export function inlineStatements(sources: SourceTexts): InlineStatement[] {
  return parseModules(sources).flatMap(({ path, file }) =>
    [...nodesOf(file)].flatMap((node): InlineStatement[] => {
      if (ts.isStringLiteralLike(node) && isSql(node.text))
        return [{ path, text: node.text, isBuilt: false }];
      if (!ts.isTemplateExpression(node)) return [];
      const text = node.getText(file).slice(1, -1);
      return isSql(text) ? [{ path, text, isBuilt: true }] : [];
    }),
  );
}

/** What hands a text to PostgreSQL: `query` of a client or a pool, `from` of pg-copy-streams, `new Query` of pg. */
const SENDERS = /^(query|copyFrom|copyTo|Query|Cursor|QueryStream|sendCopy)$/;
/** Prisma's ways to send a text of one's own, and pg's to make a value part of one. */
const NEVER = /^(\$?(query|execute)Raw(Unsafe)?(Typed)?|escapeLiteral|escapeIdentifier)$/;

const nameOf = (node: ts.Expression): string =>
  ts.isIdentifier(node) ? node.text : ts.isPropertyAccessExpression(node) ? node.name.text : "";

/** A text that is the same whatever happens: written out, or made of such and of constants, which are written in capitals. */
function isFixedText(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node)) return true;
  if (ts.isIdentifier(node)) return /^[A-Z][A-Z0-9_]*$/.test(node.text);
  return (
    ts.isTemplateExpression(node) && node.templateSpans.every(({ expression }) => isFixedText(expression))
  );
}

/** Whether a text that is handed on has been judged: it is fixed, or what another sender makes of one. */
function isSafeToSend(node: ts.Expression | undefined): boolean {
  if (node === undefined) return false;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return SENDERS.test(nameOf(node.expression));
  return isFixedText(node);
}

/** Places where PostgreSQL is sent a text that may depend on a value. */
export function unfixedStatements(sources: SourceTexts): string[] {
  return placesOf(parseModules(sources), (node) => {
    if (ts.isIdentifier(node) && NEVER.test(node.text)) return true;
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
    const name = nameOf(node.expression);
    // Of `sendCopy(client, statement, …)` and of nothing else the second argument is the text.
    return SENDERS.test(name) && !isSafeToSend(node.arguments?.[name === "sendCopy" ? 1 : 0]);
  });
}

/** Dynamic SQL in `.sql` files that does not go through `format` with a quoted identifier or literal. */
export function unquotedDynamicSql(files: SourceTexts): string[] {
  return [...files].flatMap(([path, text]) =>
    [...text.replace(/--.*$/gm, "").matchAll(/\bEXECUTE\b(?!\s+(FUNCTION|PROCEDURE|ON)\b)([^;]*);/gi)]
      .filter(([, , statement = ""]) => !isQuoted(statement))
      .map(([found]) => `${path}: ${found}`),
  );
}

function isQuoted(statement: string): boolean {
  const format = /^\s*format\(\s*'((?:[^']|'')*)'/i.exec(statement)?.[1];
  return format !== undefined && !statement.includes("||") && !/%(?![IL%])/.test(format);
}
