// @ts-check
/** JSON-RPC 2.0 over stdin and stdout, a message a line. Every request gets an answer, whatever happens. */
import { createInterface } from "node:readline";
import { EngineError, panicError } from "./engineError.mjs";

/**
 * @typedef {{ id: number, method?: string, params?: unknown }} Request
 *
 * @callback Handler
 * @param {string} method
 * @param {unknown} params
 * @param {(text: string) => void} print has the CLI print a text on its stdout
 * @returns {Promise<unknown>}
 */

/**
 * Serves until stdin ends or a signal comes.
 *
 * @param {Handler} handle called for one request at a time
 * @param {() => Promise<void>} cleanUp called before a failure is told and before the process ends
 */
export function serveRpc(handle, cleanUp) {
  /** @type {Set<number>} */
  const pending = new Set();
  let queue = Promise.resolve();
  /** @type {EngineError | undefined} */
  let broken;
  let isEnding = false;

  const send = (/** @type {object} */ message) => {
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  };
  const print = (/** @type {string} */ content) => {
    send({ id: "print", method: "print", params: { content } });
  };
  const answer = (/** @type {number} */ id, /** @type {object} */ outcome) => {
    if (pending.delete(id)) send({ id, ...outcome });
  };
  const fail = async (/** @type {EngineError} */ { message, code }, ids = [...pending]) => {
    await cleanUp().catch((/** @type {unknown} */ error) => {
      message += `\n${String(error)}`;
    });
    // Never as a panic: the CLI would offer to send a report to Prisma, of a fault that may be ours.
    const data = { is_panic: false, message, error_code: code ?? null, meta: null };
    for (const id of ids) answer(id, { error: { code: 4466, message, data } });
  };
  const end = async (/** @type {number} */ exitCode) => {
    if (isEnding) return;
    isEnding = true;
    await cleanUp().catch(() => undefined);
    process.exit(exitCode);
  };

  createInterface({ input: process.stdin })
    .on("line", (line) => {
      /** @type {unknown} */
      const message = JSON.parse(line);
      const { id, method, params } = /** @type {Request} */ (message);
      // The CLI's answer to `print`.
      if (method === undefined) return;
      pending.add(id);
      queue = queue.then(async () => {
        try {
          if (broken) throw broken;
          answer(id, { result: (await handle(method, params, print)) ?? {} });
        } catch (error) {
          await fail(/** @type {EngineError} */ (error), [id]);
        }
      });
    })
    .on("close", () => void queue.then(() => end(0)));

  // What runs now may never settle: it gets its answer here, later requests get the same, and the CLI ends this
  // process by closing stdin. Not before: a CLI whose engine has gone can exit with 0 and not a word.
  const abandon = async (/** @type {EngineError} */ error) => {
    broken = error;
    queue = fail(error);
    await queue;
    if (process.stdin.readableEnded) await end(1);
  };
  process.on("uncaughtException", (error) => void abandon(panicError(error)));
  process.on("beforeExit", () => {
    if (pending.size > 0) void abandon(new EngineError(undefined, "The schema engine gave no answer."));
  });
  // The CLI sends SIGTERM once it has what it wants; a person's Ctrl-C reaches this process as well.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      void (pending.size === 0 ? end(0) : abandon(new EngineError(undefined, `Stopped by ${signal}.`)));
    });
  }
  process.stdout.on("error", () => void end(1));
}
