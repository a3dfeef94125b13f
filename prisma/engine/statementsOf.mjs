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
 * @throws where the parser does not take it, or is not there
 */
export async function statementsOf(script) {
  const parse = await parser();
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

/** It is compiled when it is imported, and few scripts need it; no plain PostgreSQL does, so it is not installed with what is needed to run. */
async function parser() {
  try {
    return (await import("libpg-query")).parse;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(
      "libpg-query is not installed (npm install --no-save --save-prod --omit=dev libpg-query@18.1.5)",
      { cause: error },
    );
  }
}
