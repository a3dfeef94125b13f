import { ERRORS, type ErrorCode, type ExitCode, type Retry } from "./knownErrors.ts";

/**
 * An error meant for a person: its message names what was wrong, where, and what to do, and never carries a card
 * number, a CVV or a secret. `details` hold the same as fields, for logs and JSON.
 */
export class TillhouseError extends Error {
  override readonly name = "TillhouseError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  get exitCode(): ExitCode {
    return ERRORS[this.code].exitCode;
  }

  get retry(): Retry {
    return ERRORS[this.code].retry;
  }
}

/** Whether a failure passes by itself, so that a run pauses a little and goes on. */
export function passesSoon(failure: unknown): failure is TillhouseError {
  return failure instanceof TillhouseError && failure.retry === "soon";
}
