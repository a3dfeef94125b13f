// @ts-check
/** What a semicolon may stand in without ending a statement; each to its end, or to the script's. */
const WHOLE =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|;/g;

/**
 * The statements of a script, in order, without their semicolons. What is no more than comments and space is none.
 *
 * @param {string} script
 * @returns {string[]}
 */
export function statementsOf(script) {
  const statements = [];
  let start = 0;
  for (const { 0: found, index } of script.matchAll(WHOLE)) {
    if (found !== ";") continue;
    statements.push(script.slice(start, index));
    start = index + 1;
  }
  statements.push(script.slice(start));
  return statements.filter((statement) => statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim() !== "");
}
