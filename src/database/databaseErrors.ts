import { TillhouseError } from "../lib/errors.ts";
import { type ErrorCode } from "../lib/knownErrors.ts";
import { publicMessage } from "../lib/publicError.ts";

/** What a failure is, and what it needs. Whether a retry can help is said with the code, in `ERRORS`. */
interface Failure {
  readonly code: ErrorCode;
  /**
   * SQLSTATEs, or classes of them.
   * https://www.postgresql.org/docs/18/errcodes-appendix.html
   */
  readonly states?: RegExp;
  /** What is said of it under codes that stand for other things, or under none. */
  readonly words?: RegExp;
  readonly what: string;
  readonly remedy: string;
}

/** What `pg` says of connections; such errors of its own have no code. */
const WORDS_OF_PG =
  /^(Connection terminated|timeout e(xpired|xceeded when trying to connect)|Client (has encountered a connection error|was closed) and is not queryable|the loader's connection was cut)/;

/** What Citus says of a node whose connection broke in the middle of a transaction. */
const WORDS_OF_CITUS =
  /^(failed to COPY to shard|failure on connection marked as essential|connection to the remote node|terminating connection due to administrator command|server closed the connection unexpectedly|connection not open|SSL SYSCALL error|SSL connection has been closed unexpectedly|could not (send|receive) data|no connection to the server)/;

const LOST: Failure = {
  code: "database_connection_lost",
  // Connections; ended by an administrator, a crash or for being idle; the server starts or stops.
  states: /^08(?!P01)|^57P0[1235]$|^25P03$/,
  words: new RegExp(`${WORDS_OF_PG.source}|${WORDS_OF_CITUS.source}`),
  what: "The connection to the database broke",
  remedy: "If it stays so, see whether the server runs and can be reached",
};
/** What a node says that has a piece of the facts which the reader was not let read: one that was moved, or got another column. */
const WORDS_OF_PIECES = /permission denied for (table|relation) fct_transactions(_history)?_\d+\b/;
const PIECE_REFUSED: Failure = {
  code: "database_refused",
  states: /^42501$/,
  what: "A node of the cluster does not let this role read the facts",
  remedy: "Pieces that were moved, and columns that were added, are to be let again: npm run db:distribute",
};

const FAILURES: readonly Failure[] = [
  LOST,
  {
    code: "replica_conflict",
    // Under the code of a serialisation failure, which nobody who only reads has otherwise; Prisma says P2034 for that.
    states: /^P2034$/,
    words: /^(canceling statement|terminating connection) due to conflict with recovery/,
    what: "The replica ended what was being read",
    remedy: "Ask again; for long reads set hot_standby_feedback = on at the replica",
  },
  {
    code: "database_full",
    states: /^53100$/,
    what: "The database has no room left on its disk",
    remedy: "Make room there",
  },
  {
    code: "database_busy",
    // Memory, connections and other limits; serialisation, deadlock; a lock that was not to be had.
    states: /^53(000|200|300|400)$|^40(001|P01)$|^55P03$/,
    what: "The database has no connection, memory or lock to spare",
    remedy: "If it stays so, use fewer WORKERS, or see what else is at work on the server",
  },
  {
    code: "database_read_only",
    states: /^25006$/,
    what: "The database takes no writes",
    remedy: "It may be a standby that is not promoted yet: see where DATABASE_URL leads",
  },
  {
    code: "database_refused",
    states: /^42501$|^28/,
    what: "The database does not let this user do that",
    remedy:
      "Run npm run db:migrate as the owner of the tables; triggers and tables of your own need grants of their own",
  },
  {
    code: "database_time_limit",
    states: /^57014$|^25P04$/,
    what: "The database cancelled a statement",
    remedy:
      "If nobody did so by hand, raise statement_timeout or transaction_timeout for the user of DATABASE_URL",
  },
  {
    code: "database_schema_differs",
    // Schema, table, column, function, type.
    states: /^3F000$|^42(P01|703|883|704)$/,
    what: "The database lacks something that this version writes to",
    remedy: "Compare it with the migrations: npm run prisma -- migrate status",
  },
];

/**
 * The error to report for one that ended a question to the nodes, where it is that the reader was not let read a piece there; whoever
 * asked, and in whatever words.
 */
export function refusedPiece(error: unknown): TillhouseError | undefined {
  return WORDS_OF_PIECES.test(messageOf(error)) ? reported(PIECE_REFUSED, error) : undefined;
}

/** The same for a connection that broke while Prisma asked, or that to a node of a cluster did: Prisma has no code for it. */
function lostThroughPrisma(error: unknown): TillhouseError | undefined {
  const { cause } = Object((error as PrismaError | null | undefined)?.meta?.driverAdapterError) as {
    cause?: { originalCode?: unknown; originalMessage?: unknown };
  };
  if (typeof cause?.originalMessage !== "string") return undefined;
  const said = Object.assign(new Error(cause.originalMessage), { code: cause.originalCode });
  return isLostConnection(said) ? reported(LOST, said) : undefined;
}

interface PrismaError {
  readonly meta?: { readonly driverAdapterError?: unknown };
}

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

/** SQLSTATEs of a transaction that lost against others, and that may go through when it is done again. */
const CONFLICTS = new Set(["40001", "40P01"]);

/** The code under which Citus hands on what a node said of rows that it was sent by COPY, whatever that was. */
const ANY_OF_CITUS = "XX000";
/** What servers say, and the SQLSTATE that it has where it is said directly. */
const STATES_OF_WORDS: readonly (readonly [words: RegExp, state: string])[] = [
  [/^deadlock detected/, "40P01"],
  [/^could not serialize access/, "40001"],
  [/^canceling statement due to lock timeout/, "55P03"],
  [/^canceling statement due to/, "57014"],
  [/^permission denied/, "42501"],
  [/No space left on device$/, "53100"],
];

const messageOf = (error: unknown): string => (error as Error | null | undefined)?.message ?? "";

function codeOf(error: unknown): string {
  const code = String((error as { code?: unknown } | null | undefined)?.code);
  if (code !== ANY_OF_CITUS) return code;
  return STATES_OF_WORDS.find(([words]) => words.test(messageOf(error)))?.[1] ?? code;
}

function failureOf(error: unknown): Failure | undefined {
  const code = codeOf(error);
  if (NETWORK.has(code) || isOfConnecting(error)) return LOST;
  const message = messageOf(error);
  if (PIECE_REFUSED.states?.test(code) === true && WORDS_OF_PIECES.test(message)) return PIECE_REFUSED;
  return (
    FAILURES.find(({ words }) => words?.test(message)) ?? FAILURES.find(({ states }) => states?.test(code))
  );
}

/**
 * The error to report for one that a statement or a connection ended with: where it is of a known kind, one of ours that
 * says what it needs and whether it may be tried again; any other as it is.
 */
export function asDatabaseError(error: unknown): unknown {
  if (error instanceof TillhouseError) return error;
  const failure = failureOf(error);
  return failure === undefined ? (lostThroughPrisma(error) ?? error) : reported(failure, error);
}

function reported({ code, what, remedy }: Failure, error: unknown): TillhouseError {
  const message = `${what} (${publicMessage(error)}). What was committed stands. ${remedy}.`;
  return new TillhouseError(code, message, {}, error);
}

/** Whether it came up when a connection was made: a server's socket or its name may be missing while it restarts. */
export function isOfConnecting(error: unknown): boolean {
  const { syscall } = Object(error) as { syscall?: unknown };
  return syscall === "connect" || syscall === "getaddrinfo";
}

/** Whether it says that there is no connection any more, or none yet. */
export function isLostConnection(error: unknown): boolean {
  return failureOf(error) === LOST;
}

/** Whether PostgreSQL itself said it, so that there is one. */
export function isAnswer(error: unknown): boolean {
  const { severity } = Object(error) as { severity?: unknown };
  return typeof severity === "string" && /^[0-9A-Z]{5}$/.test(codeOf(error));
}

/** Whether a transaction lost against others, by a deadlock or otherwise, and was rolled back for that alone. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(codeOf(error));
}
