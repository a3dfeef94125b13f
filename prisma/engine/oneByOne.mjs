// @ts-check
/** Scripts that a cluster does not take whole. */
import { statementsOf } from "./statementsOf.mjs";

/** @typedef {import("pg").DatabaseError} DatabaseError */
/** @typedef {{ query(sql: string): Promise<{ rowCount: number | null }> }} Session */

/**
 * Whether a script may have been refused for having several statements: Citus sends the nodes all of it for each change of a
 * distributed table, and they take one at a time. That is a syntax error, which has no place in the script.
 *
 * @param {Error & Partial<DatabaseError>} error
 */
export function isRefusedWhole({ code, position, internalPosition }) {
  return code === "42601" && position === undefined && internalPosition === undefined;
}

/**
 * Runs the statements of a script that was refused whole, each by itself, in one transaction.
 *
 * @param {Session} session
 * @param {string} script
 * @param {Error} refusal thrown again where several statements are not what was refused
 */
export async function runOneByOne(session, script, refusal) {
  // Of a transaction that the script has begun itself.
  await session.query("ROLLBACK");
  const { rowCount } = await session.query("SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus'");
  if (rowCount === 0) throw refusal;
  const statements = await statementsOf(script).catch((/** @type {Error} */ error) => {
    throw new Error(
      `${refusal.message}. ${ONE_AT_A_TIME}, and it cannot be cut into them: ${error.message}. ${APART}`,
    );
  });
  if (statements.length < 2) throw refusal;
  // It cannot be begun again after a COMMIT of its own.
  if (statements.some(({ bounds }) => bounds))
    throw new Error(
      `${refusal.message}. ${ONE_AT_A_TIME}, in one transaction. Leave out the script's own BEGIN, COMMIT and the like; what it committed stands`,
    );
  await session.query("BEGIN");
  // On one connection a node: on several, a type or a function could not come after a change of facts in the same transaction.
  await session.query("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'");
  for (const { text, before } of statements) {
    await session.query(text).catch((/** @type {Error & Partial<DatabaseError>} */ error) => {
      if (error.position !== undefined) error.position = String(Number(error.position) + before);
      throw error;
    });
  }
  await session.query("COMMIT");
}

const ONE_AT_A_TIME = "Citus takes changes of distributed tables one statement at a time";
const APART = "Give it as several scripts of one statement each";
