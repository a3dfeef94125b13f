import { TillhouseError, type ErrorCode } from "../lib/errors.ts";
import { publicMessage } from "../lib/publicError.ts";

/** What a failure is, and what it needs. Whether a retry can help is said with the code, in `ERRORS`. */
interface Failure {
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
}

const LOST: Failure = {
  code: "database_connection_lost",
  what: "The connection to the database broke",
  remedy: "If it stays so, see whether the server runs and can be reached",
};
const FULL: Failure = {
  code: "database_full",
  what: "The database has no room left on its disk",
  remedy: "Make room there",
};
const BUSY: Failure = {
  code: "database_busy",
  what: "The database has no connection, memory or lock to spare",
  remedy: "If it stays so, use fewer WORKERS, or see what else is at work on the server",
};
const READ_ONLY: Failure = {
  code: "database_read_only",
  what: "The database takes no writes",
  remedy: "It may be a standby that is not promoted yet: see where DATABASE_URL leads",
};
const REFUSED: Failure = {
  code: "database_refused",
  what: "The database does not let this user do that",
  remedy: "Grant it to the user of DATABASE_URL, or use the user that ran db:migrate",
};
const TIME_LIMIT: Failure = {
  code: "database_time_limit",
  what: "The database cancelled a statement",
  remedy:
    "If nobody did so by hand, raise statement_timeout or transaction_timeout for the user of DATABASE_URL",
};
const DIFFERS: Failure = {
  code: "database_schema_differs",
  what: "The database lacks something that this version writes to",
  remedy: "Compare it with the migrations: npm run prisma -- migrate status",
};

/**
 * Failures by SQLSTATE, or class of them.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const STATES: readonly (readonly [RegExp, Failure])[] = [
  // Connections; ended by an administrator, a crash or for being idle; the server starts or stops.
  [/^08|^57P0[1235]$|^25P03$/, LOST],
  [/^53100$/, FULL],
  // Memory, connections and other limits; serialisation, deadlock; a lock that was not to be had.
  [/^53(000|200|300|400)$|^40(001|P01)$|^55P03$/, BUSY],
  [/^25006$/, READ_ONLY],
  [/^42501$|^28/, REFUSED],
  [/^57014$|^25P04$/, TIME_LIMIT],
  // Schema, table, column, function, type.
  [/^3F000$|^42(P01|703|883|704)$/, DIFFERS],
];

/** What systems say of connections. */
const NETWORK = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "EAI_AGAIN",
]);

/** What `pg` says of connections; such errors of its own have no code. */
const WORDS_OF_PG =
  /^(Connection terminated|timeout e(xpired|xceeded when trying to connect)|Client (has encountered a connection error|was closed) and is not queryable|the loader's connection was cut)/;

/** SQLSTATEs of a transaction that lost against others, and that may go through when it is done again. */
const CONFLICTS = new Set(["40001", "40P01"]);

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null | undefined)?.code);

function failureOf(error: unknown): Failure | undefined {
  const code = codeOf(error);
  if (NETWORK.has(code)) return LOST;
  if (WORDS_OF_PG.test((error as Error | undefined)?.message ?? "")) return LOST;
  return STATES.find(([state]) => state.test(code))?.[1];
}

/**
 * The error to report for one that a statement or a connection ended with: where it is of a known kind, one of ours that
 * says what it needs and whether it may be tried again; any other as it is.
 */
export function asDatabaseError(error: unknown): unknown {
  if (error instanceof TillhouseError) return error;
  const failure = failureOf(error);
  if (failure === undefined) return error;
  const { code, what, remedy } = failure;
  const message = `${what} (${publicMessage(error)}). What was committed stands. ${remedy}.`;
  return new TillhouseError(code, message, {}, error);
}

/** Whether a transaction lost against others, by a deadlock or otherwise, and was rolled back for that alone. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(codeOf(error));
}
