const ESCAPED = /_x([0-9a-fA-F]{4})_/g;

/**
 * A string as SpreadsheetML means it: what XML cannot hold stands as `_x000D_`, and what only looks so as `_x005F_x000D_`
 * (ECMA-376 part 1, 22.9.2.19, ST_Xstring). Half of a character is left as it stands.
 */
export function unescapedString(text: string): string {
  if (!text.includes("_x")) return text;
  const unescaped = text.replace(ESCAPED, (_, unit: string) =>
    String.fromCharCode(Number.parseInt(unit, 16)),
  );
  return unescaped.isWellFormed() ? unescaped : text;
}
