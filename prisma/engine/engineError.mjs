// @ts-check
/** Errors as the Prisma CLI shows them: Prisma's code where there is one, and a text a person can act on. */

/** A failure with Prisma's code, if it has one: https://www.prisma.io/docs/orm/reference/error-reference */
export class EngineError extends Error {
  /**
   * @param {string | undefined} code such as P1001
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(code, message, cause) {
    super(message, { cause });
    this.name = "EngineError";
    this.code = code;
  }
}

/** Prisma's codes by SQLSTATE; the texts are the server's own. */
const CODES_BY_SQLSTATE = new Map([
  ["28000", "P1000"],
  ["28P01", "P1000"],
  ["3D000", "P1003"],
  ["42501", "P1010"],
  ["42P04", "P1009"],
  // On the catalogue's own index, when two create the same database at once.
  ["23505", "P1009"],
]);

const UNREACHABLE = /^(ECONN|EHOST|ENET|ENOTFOUND|ENOENT|EAI_|ETIMEDOUT|EACCES)/;

/**
 * What went wrong while connecting, or in one of the launcher's own statements.
 *
 * @param {unknown} error as pg throws it
 * @param {string} place host and port
 */
export function connectionError(error, place) {
  if (error instanceof EngineError) return error;
  // A SQLSTATE from the server, a system code from the socket, or no code. A host with several addresses gives an
  // AggregateError, whose own message is empty.
  const { code = "", message } = /** @type {{ code?: string, message: string }} */ (error);
  const prismaCode = CODES_BY_SQLSTATE.get(code);
  if (prismaCode)
    return new EngineError(prismaCode, `The database server at ${place} refused: ${message}`, error);
  if (UNREACHABLE.test(code) || /timeout|terminated/i.test(message)) {
    const reason = [code, message].filter(Boolean).join(", ");
    return new EngineError(
      "P1001",
      `Can't reach the database server at ${place} (${reason}). Is it running?`,
      error,
    );
  }
  if (/SSL|TLS|certificate/i.test(`${code} ${message}`)) {
    return new EngineError(
      "P1011",
      `No TLS connection to the database server at ${place}: ${message}`,
      error,
    );
  }
  return new EngineError(undefined, `The database server at ${place}: ${message}`, error);
}

/**
 * The engine's own error without its layers ("external connector error", spans of Rust), and with the name of the
 * migration, which stands only in the spans.
 *
 * @param {Error & { code?: string }} error
 */
export function fromEngine(error) {
  if (error instanceof EngineError) return error;
  if (panicMessage || error.constructor.name === "RuntimeError") return panicError(error);
  const [text = "", ...spans] = error.message.split(/\n {3}0: (?=[a-z_]+::)/);
  const message = text.replace(/(external connector error\n)?(Error querying the database: )/g, "").trim();
  const migration = /with migration_name="(.*)"/.exec(spans.join(""))?.[1];
  if (migration === undefined || error.code !== undefined) return new EngineError(error.code, message, error);
  const outcome =
    "A migration failed, and none is applied before that is resolved (https://pris.ly/d/migrate-resolve).";
  return new EngineError("P3018", `${outcome}\n\nMigration: ${migration}\n\n${message}`, error);
}

/** The words of the first panic. Without this registry they are lost, and every panic reads "unreachable". */
let panicMessage = "";
Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: {
    set_message: (/** @type {string} */ message) => {
      panicMessage ||= message;
    },
  },
});

/**
 * After a panic no method of the engine is safe any more.
 *
 * @param {Error} cause
 */
export function panicError(cause) {
  const words = panicMessage || (cause.stack ?? cause.message);
  return new EngineError(undefined, `The schema engine panicked and did nothing more.\n${words}`, cause);
}
