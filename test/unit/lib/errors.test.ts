import { expect, test } from "@jest/globals";
import { TillhouseError } from "../../../src/lib/errors.ts";
import { ERRORS, type ErrorCode } from "../../../src/lib/knownErrors.ts";

test("error codes, what they end a command with, and whether a retry helps are promises", () => {
  const told = Object.entries(ERRORS).map(
    ([code, { exitCode, retry }]) => `${code} ${exitCode}${retry === "never" ? "" : ` ${retry}`}`,
  );
  expect(told.sort()).toEqual([
    "card_token_key_mismatch 2",
    "check_failed 1",
    "cluster_unusable 2",
    "config_invalid 2",
    "daemon_unreachable 1 later",
    "database_busy 1 soon",
    "database_connection_lost 1 soon",
    "database_full 1 soon",
    "database_read_only 1 soon",
    "database_refused 1",
    "database_schema_differs 1",
    "database_time_limit 1",
    "database_unreachable 1 soon",
    "database_unsupported 2",
    "embedded_server_unavailable 1 soon",
    "file_changed 1 later",
    "file_not_found 2",
    "file_refused 1",
    "file_unreadable 1 later",
    "file_unwritable 1 later",
    "files_missing 1",
    "http_unavailable 2",
    "loader_thread_died 1 soon",
    "migration_failed 1",
    "migrations_pending 2",
    "replica_behind 1 soon",
    "replica_conflict 1 soon",
    "replica_unusable 2",
    "run_lock_lost 1 later",
    "run_locked 3 later",
    "run_stopped 1 later",
    "run_timed_out 1 later",
    "schema_changed 1",
    "session_options_dropped 2",
    "slot_given_up 1",
    "slot_taken 1",
    "state_dir_unusable 2",
    "studio_unavailable 1 later",
    "too_many_rejects 1",
    "undo_not_possible 1",
    "unsafe_node_options 2",
    "usage_invalid 2",

    "verification_failed 1",
    "webhook_failed 1 later",
  ]);
});

test("an error carries its code, its cause and its details", () => {
  const cause = new Error("ECONNREFUSED");
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const error = new TillhouseError(code, "Something is wrong.", { path: "x" }, cause);
    expect(error).toMatchObject({ code, name: "TillhouseError", cause, details: { path: "x" } });
    expect(error).toMatchObject({ exitCode: ERRORS[code].exitCode, retry: ERRORS[code].retry });
  }
});
