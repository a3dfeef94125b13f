// @ts-check
/**
 * A statement of a script.
 *
 * @typedef {object} Statement
 * @property {string} text without its semicolon
 * @property {number} before characters of the script before it
 * @property {boolean} bounds whether it begins or ends a transaction, or a part of one
 */

/**
 * The statements of a script, in order, as PostgreSQL's own parser cuts it. What is no more than comments and space is none.
 *
 * @param {string} script
 * @returns {Promise<Statement[]>}
 * @throws where the parser does not take it
 */
export async function statementsOf(script) {
  // It is compiled when it is imported, and few scripts need it.
  const { parse } = await import("libpg-query");
  /** @type {{ stmts?: { stmt?: object, stmt_location?: number, stmt_len?: number }[] }} */
  const { stmts = [] } = await parse(script);
  const bytes = Buffer.from(script);
  return stmts.map(({ stmt = {}, stmt_location: start = 0, stmt_len: length }) => ({
    // No length is: to the end.
    text: bytes.subarray(start, length === undefined ? undefined : start + length).toString(),
    before: [...bytes.subarray(0, start).toString()].length,
    bounds: "TransactionStmt" in stmt,
  }));
}
