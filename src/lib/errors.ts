/**
 * What ends a command. `done` is not an error; the others are promises to shell scripts.
 *
 * 1: failed or stopped. 2: wrong usage or configuration. 3: another run holds the lock.
 */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, locked: 3 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Every error this program raises on purpose. The code is stable: scripts and alerts may match on it. */
export const ERRORS = {
  config_invalid: { exitCode: EXIT_CODES.usage, retryable: false },
  usage_invalid: { exitCode: EXIT_CODES.usage, retryable: false },
  migrations_pending: { exitCode: EXIT_CODES.usage, retryable: false },
  card_token_key_mismatch: { exitCode: EXIT_CODES.usage, retryable: false },
  state_dir_unusable: { exitCode: EXIT_CODES.usage, retryable: false },
  embedded_server_unavailable: { exitCode: EXIT_CODES.failed, retryable: true },
  database_unreachable: { exitCode: EXIT_CODES.failed, retryable: true },
  database_unsupported: { exitCode: EXIT_CODES.usage, retryable: false },
  migration_failed: { exitCode: EXIT_CODES.failed, retryable: false },
  run_locked: { exitCode: EXIT_CODES.locked, retryable: true },
  run_lock_lost: { exitCode: EXIT_CODES.failed, retryable: true },
  run_stopped: { exitCode: EXIT_CODES.failed, retryable: true },
  file_not_found: { exitCode: EXIT_CODES.usage, retryable: false },
  file_refused: { exitCode: EXIT_CODES.failed, retryable: false },
  file_changed: { exitCode: EXIT_CODES.failed, retryable: true },
  file_unreadable: { exitCode: EXIT_CODES.failed, retryable: true },
  loader_thread_died: { exitCode: EXIT_CODES.failed, retryable: true },
  too_many_rejects: { exitCode: EXIT_CODES.failed, retryable: false },
  studio_unavailable: { exitCode: EXIT_CODES.failed, retryable: true },
  verification_failed: { exitCode: EXIT_CODES.failed, retryable: false },
} as const satisfies Record<string, { exitCode: ExitCode; retryable: boolean }>;

export type ErrorCode = keyof typeof ERRORS;

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

  /** Whether doing the same again later can succeed with nobody's help. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}
