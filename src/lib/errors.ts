/**
 * What ends a command. `done` is not an error; the others are promises to shell scripts.
 *
 * 1: failed or stopped. 2: wrong usage or configuration. 3: another run holds the lock.
 */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, locked: 3 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/**
 * Whether doing the same again can succeed with nobody's help: never; later, as the next run does; or soon, when the run
 * itself pauses a little and goes on.
 */
export type Retry = "never" | "later" | "soon";

/** Every error this program raises on purpose. The code is stable: scripts and alerts may match on it. */
export const ERRORS = {
  config_invalid: { exitCode: EXIT_CODES.usage, retry: "never" },
  usage_invalid: { exitCode: EXIT_CODES.usage, retry: "never" },
  unsafe_node_options: { exitCode: EXIT_CODES.usage, retry: "never" },
  migrations_pending: { exitCode: EXIT_CODES.usage, retry: "never" },
  card_token_key_mismatch: { exitCode: EXIT_CODES.usage, retry: "never" },
  state_dir_unusable: { exitCode: EXIT_CODES.usage, retry: "never" },
  embedded_server_unavailable: { exitCode: EXIT_CODES.failed, retry: "soon" },
  database_unreachable: { exitCode: EXIT_CODES.failed, retry: "soon" },
  database_connection_lost: { exitCode: EXIT_CODES.failed, retry: "soon" },
  database_full: { exitCode: EXIT_CODES.failed, retry: "soon" },
  database_busy: { exitCode: EXIT_CODES.failed, retry: "soon" },
  database_read_only: { exitCode: EXIT_CODES.failed, retry: "soon" },
  database_refused: { exitCode: EXIT_CODES.failed, retry: "never" },
  database_time_limit: { exitCode: EXIT_CODES.failed, retry: "never" },
  database_schema_differs: { exitCode: EXIT_CODES.failed, retry: "never" },
  session_options_dropped: { exitCode: EXIT_CODES.usage, retry: "never" },
  database_unsupported: { exitCode: EXIT_CODES.usage, retry: "never" },
  migration_failed: { exitCode: EXIT_CODES.failed, retry: "never" },
  run_locked: { exitCode: EXIT_CODES.locked, retry: "later" },
  slot_taken: { exitCode: EXIT_CODES.failed, retry: "never" },
  slot_given_up: { exitCode: EXIT_CODES.failed, retry: "never" },
  run_lock_lost: { exitCode: EXIT_CODES.failed, retry: "later" },
  run_timed_out: { exitCode: EXIT_CODES.failed, retry: "later" },
  run_stopped: { exitCode: EXIT_CODES.failed, retry: "later" },
  file_not_found: { exitCode: EXIT_CODES.usage, retry: "never" },
  file_refused: { exitCode: EXIT_CODES.failed, retry: "never" },
  file_changed: { exitCode: EXIT_CODES.failed, retry: "later" },
  file_unreadable: { exitCode: EXIT_CODES.failed, retry: "later" },
  loader_thread_died: { exitCode: EXIT_CODES.failed, retry: "soon" },
  files_missing: { exitCode: EXIT_CODES.failed, retry: "never" },
  check_failed: { exitCode: EXIT_CODES.failed, retry: "never" },
  too_many_rejects: { exitCode: EXIT_CODES.failed, retry: "never" },
  webhook_failed: { exitCode: EXIT_CODES.failed, retry: "later" },
  http_unavailable: { exitCode: EXIT_CODES.usage, retry: "never" },
  daemon_unreachable: { exitCode: EXIT_CODES.failed, retry: "later" },
  studio_unavailable: { exitCode: EXIT_CODES.failed, retry: "later" },
  undo_not_possible: { exitCode: EXIT_CODES.failed, retry: "never" },
  verification_failed: { exitCode: EXIT_CODES.failed, retry: "never" },
} as const satisfies Record<string, { exitCode: ExitCode; retry: Retry }>;

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

  get retry(): Retry {
    return ERRORS[this.code].retry;
  }
}

/** Whether a failure passes by itself, so that a run pauses a little and goes on. */
export function passesSoon(failure: unknown): failure is TillhouseError {
  return failure instanceof TillhouseError && failure.retry === "soon";
}
