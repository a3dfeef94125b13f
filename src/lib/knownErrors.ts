/** What ends a command. `done` is not an error; the others are promises to shell scripts. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, locked: 3 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODE_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: "done (rejected records are reported, not an error)",
  1: "failed or stopped",
  2: "wrong usage or configuration",
  3: "another run is at work",
};

/**
 * Whether doing the same again can succeed with nobody's help: never; later, as the next run does; or soon, when the run
 * itself pauses a little and goes on.
 */
export type Retry = "never" | "later" | "soon";

interface KnownError {
  readonly exitCode: ExitCode;
  readonly retry: Retry;
  /** What is wrong, and what to do: for the reference (`npm run docs`). The message of an error says it of the case in hand. */
  readonly meaning: string;
}

/** Every error this program raises on purpose. The code is stable: scripts and alerts may match on it. */
export const ERRORS = {
  config_invalid: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "A setting, the .env file or the file of checks is wrong. Mend what the message names; it gives an example.",
  },
  usage_invalid: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning: "A command was given what it does not take. See its --help.",
  },
  unsafe_node_options: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "An option of Node's would show or write what is in memory, which may be card numbers. Take it out where the message says.",
  },
  migrations_pending: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning: "The database of DATABASE_URL has not had all migrations. Run npm run db:migrate.",
  },
  card_token_key_mismatch: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "The card token key is another one than the database's tokens are made with, or is gone. Set the one that was in use, or make a new one: npm run card-key.",
  },
  state_dir_unusable: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "STATE_DIR cannot be used: rights, another user's database, or one of another PostgreSQL version. Mend that, or set another folder.",
  },
  embedded_server_unavailable: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "The embedded PostgreSQL does not start, stop or answer. Its log says why; npm run db:stop may help, or a PostgreSQL of your own in DATABASE_URL.",
  },
  database_unreachable: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "Nothing answers where DATABASE_URL leads, or READER_DATABASE_URL. See whether the server runs, and whether the address is right.",
  },
  database_connection_lost: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "The connection to the database broke. If it stays so, see whether the server runs and can be reached.",
  },
  database_full: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning: "The database has no room left on its disk. Make room there.",
  },
  database_busy: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "The database has no connection, memory or lock to spare. If it stays so, use fewer WORKERS, or see what else is at work on the server.",
  },
  database_read_only: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "The database takes no writes: it may be a standby that is not promoted yet. See where DATABASE_URL leads.",
  },
  database_refused: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "The database does not let this user do that, or a table of yours refers to what is to be rebuilt. Run npm run db:migrate as the owner of the tables; what you added needs grants of its own.",
  },
  database_time_limit: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "The database cancelled a statement. If nobody did so by hand, raise statement_timeout or transaction_timeout for the user of DATABASE_URL.",
  },
  database_schema_differs: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "The database lacks something that this version writes to. Compare it with the migrations: npm run prisma -- migrate status.",
  },
  session_options_dropped: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "Something between here and the database, such as PgBouncer, drops the options of sessions. Name the server itself in DATABASE_URL.",
  },
  replica_behind: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "The database of READER_DATABASE_URL has not had all migrations yet. They come to a replica by themselves, once DATABASE_URL's has them: npm run db:migrate.",
  },
  replica_unusable: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "READER_DATABASE_URL leads to no streaming replica of DATABASE_URL's server: another one, or one that was promoted. Name one, or leave it out.",
  },
  replica_conflict: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "The replica ended what was being read, since it had to apply what its primary has removed or locked. Ask again, or see README: Replicas.",
  },
  cluster_unusable: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "The database is no coordinator of a Citus cluster that facts can be spread over, or something of yours on the facts keeps them from it. The message says what is missing or in the way (README: Scaling). Nothing is changed.",
  },
  database_unsupported: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning: "The server is no PostgreSQL of 15 to 18. Use one that is.",
  },
  migration_failed: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "The migrations could not be applied; the message says why. Each is one transaction, so none is half done.",
  },
  run_locked: {
    exitCode: EXIT_CODES.locked,
    retry: "later",
    meaning: "Another run holds the lock. Try again when it has ended: npm run runs.",
  },
  slot_taken: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning: "Another daemon runs for that due time, or nobody is to for now. Nothing is to be done.",
  },
  slot_given_up: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "Runs for a due time died or failed again and again; no further one is begun for it. See npm run runs.",
  },
  run_lock_lost: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning:
      "Another run took over while this one was cut off or paused. What it had committed stands, and the other one goes on from there.",
  },
  run_timed_out: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning:
      "A run took longer than its time limit. What it had committed stands; the next one goes on from there.",
  },
  run_stopped: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning: "A run was told to stop. What it had committed stands; the next one goes on from there.",
  },
  file_not_found: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning: "A file that was named is not there, or may not be read. Mend the path or its rights.",
  },
  file_refused: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "A file is not of a kind that is loaded, or lies where none is taken from; the message says why. Mend it or take it away; the others load.",
  },
  schema_changed: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "A file has other columns than the last file of its source, and SCHEMA_CHANGES=fail; the message names them. Mend it, or let it in: SCHEMA_CHANGES=warn npm run job:ingest. The others load.",
  },
  file_changed: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning: "A file was rewritten over and over while it was read. The next run reads it anew.",
  },
  file_unreadable: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning: "A file cannot be read to its end. What was committed of it stands; the next run tries again.",
  },
  file_unwritable: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning:
      "An export, or what a command prints, cannot be written to its end, for want of room perhaps. No file is left of an export; one that had its name before is as it was.",
  },
  loader_thread_died: {
    exitCode: EXIT_CODES.failed,
    retry: "soon",
    meaning:
      "A thread of a load died, for want of memory perhaps. What was committed stands, and the run goes on.",
  },
  files_missing: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "A full refresh would lose what is in no file any more, so nothing is changed. Put the files back, or go on without them: --allow-missing.",
  },
  check_failed: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "A declared check of severity error found something. See npm run checks -- --last; where a record failed it, none of its chunk is loaded.",
  },
  too_many_rejects: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "More of a file's records are rejected than MAX_REJECT_RATIO allows; what came before the chunk stands. Mend the file by the reasons that are named, or raise the setting.",
  },
  webhook_failed: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning:
      "The webhook of ALERT_WEBHOOK_URL, or the address of DEADMAN_PING_URL, did not take what it was sent. It is tried again; try it with npm run alerts -- test.",
  },
  http_unavailable: {
    exitCode: EXIT_CODES.usage,
    retry: "never",
    meaning:
      "The daemon cannot answer at HTTP_HOST and HTTP_PORT: taken, or no address of this machine. Set others.",
  },
  daemon_unreachable: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning: "No daemon of Tillhouse answers there. See whether it runs, at this HTTP_HOST and HTTP_PORT.",
  },
  studio_unavailable: {
    exitCode: EXIT_CODES.failed,
    retry: "later",
    meaning: "Prisma Studio does not start or answer; the message says why. Try again.",
  },
  undo_not_possible: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "A run cannot be taken back; the message says why, and nothing is changed. Load a later version of the records instead.",
  },
  verification_failed: {
    exitCode: EXIT_CODES.failed,
    retry: "never",
    meaning:
      "What is kept does not agree with the facts. See npm run verify; rollups are mended by npm run job:ingest -- --select aggregation_layer.",
  },
} as const satisfies Record<string, KnownError>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(ERRORS, code);
