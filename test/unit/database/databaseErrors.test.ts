import { describe, expect, test } from "@jest/globals";
import { asDatabaseError, isConflict, refusedPiece } from "../../../src/database/databaseErrors.ts";
import { TillhouseError } from "../../../src/lib/errors.ts";

const withCode = (code: string, message = "it says so"): Error => Object.assign(new Error(message), { code });

describe("a failure of the database", () => {
  test.each([
    ["08006", "database_connection_lost", "soon"],
    ["57P01", "database_connection_lost", "soon"],
    ["57P02", "database_connection_lost", "soon"],
    ["57P03", "database_connection_lost", "soon"],
    ["57P05", "database_connection_lost", "soon"],
    ["25P03", "database_connection_lost", "soon"],
    ["ECONNRESET", "database_connection_lost", "soon"],
    ["EPIPE", "database_connection_lost", "soon"],
    ["53100", "database_full", "soon"],
    ["53300", "database_busy", "soon"],
    ["53200", "database_busy", "soon"],
    ["40P01", "database_busy", "soon"],
    ["55P03", "database_busy", "soon"],
    ["25006", "database_read_only", "soon"],
    ["42501", "database_refused", "never"],
    ["28P01", "database_refused", "never"],
    ["57014", "database_time_limit", "never"],
    ["42P01", "database_schema_differs", "never"],
    ["42703", "database_schema_differs", "never"],
  ])("%s is %s, to be tried again %s", (state, code, retry) => {
    const error = asDatabaseError(withCode(state));
    expect(error).toBeInstanceOf(TillhouseError);
    expect(error).toMatchObject({ code, retry, message: expect.stringContaining("it says so") });
  });

  test.each([
    "Connection terminated unexpectedly",
    "Connection terminated: the server has answered, and the answer did not arrive",
    "timeout expired",
    "timeout exceeded when trying to connect",
    "Client has encountered a connection error and is not queryable",
    "the loader's connection was cut",
    "failed to COPY to shard 102016 on localhost:9702",
    "failure on connection marked as essential: localhost:9702",
    "SSL SYSCALL error: EOF detected\ninvalid socket",
    "could not receive data from server: Connection reset by peer",
  ])("is a lost connection where pg says: %s", (message) => {
    expect(asDatabaseError(new Error(message))).toMatchObject({ code: "database_connection_lost" });
  });

  test.each([
    withCode("40001", "canceling statement due to conflict with recovery"),
    withCode("57P01", "terminating connection due to conflict with recovery"),
    withCode(
      "P2034",
      "Transaction failed due to a write conflict or a deadlock. Please retry your transaction",
    ),
  ])("is the replica's where it says so, under codes that stand for other things: %s", (error) => {
    expect(asDatabaseError(error)).toMatchObject({ code: "replica_conflict", retry: "soon" });
  });

  test.each([
    ["deadlock detected", "database_busy"],
    ["could not serialize access due to concurrent update", "database_busy"],
    ["canceling statement due to lock timeout", "database_busy"],
    ["canceling statement due to statement timeout", "database_time_limit"],
    ["permission denied for table fct_transactions_102008", "database_refused"],
    ['could not extend file "base/16384/16385": No space left on device', "database_full"],
  ])("is what a node said of a COPY, which Citus hands on without its code: %s", (message, code) => {
    const handedOn = withCode("XX000", message);
    expect(asDatabaseError(handedOn)).toMatchObject({ code });
    expect(isConflict(handedOn)).toBe(/^deadlock|serialize/.test(message));
    expect(asDatabaseError(new Error(message))).not.toBeInstanceOf(TillhouseError);
  });

  test("is a piece of the facts that was not let read where a node says so, in whatever words", () => {
    const said = "permission denied for table fct_transactions_history_102009";
    const remedy = { code: "database_refused", message: expect.stringContaining("npm run db:distribute") };
    expect(asDatabaseError(withCode("42501", said))).toMatchObject(remedy);
    expect(refusedPiece(withCode("P2010", `Raw query failed. Message: ${said}`))).toMatchObject(remedy);
    for (const other of [
      "permission denied for table fct_transactions",
      "permission denied for table dim_stores",
    ])
      expect(refusedPiece(withCode("42501", other))).toBeUndefined();
  });

  test("is a lost connection where Prisma hands that on, under a code that says nothing of it", () => {
    const handedOn = (originalCode: string | undefined, originalMessage: string) =>
      Object.assign(withCode("P2039"), {
        meta: { driverAdapterError: { cause: { originalCode, originalMessage } } },
      });
    const refused =
      "connection to the remote node reader@worker:5432 failed with the following error: refused";
    for (const error of [handedOn("08006", refused), handedOn(undefined, refused)])
      expect(asDatabaseError(error)).toMatchObject({
        ...{ code: "database_connection_lost", message: expect.stringContaining("worker:5432") },
      });
    for (const error of [handedOn("23505", "duplicate key"), withCode("P2039"), undefined])
      expect(asDatabaseError(error)).toBe(error);
  });

  // Of a dropped database, a failed transaction, values and constraints no retry makes anything better.
  test.each([
    withCode("57P04"),
    withCode("08P01"),
    withCode("25P02"),
    withCode("22003"),
    withCode("23505"),
    new Error("a mistake"),
  ])("of another kind stays what it is: %s", (error) => {
    expect(asDatabaseError(error)).toBe(error);
  });

  test("is a lost connection where a connection was being made: a socket or a name that is missing while a server restarts", () => {
    const missing = (syscall: string, code: string) => Object.assign(withCode(code), { syscall });
    for (const error of [missing("connect", "ENOENT"), missing("getaddrinfo", "ENOTFOUND")])
      expect(asDatabaseError(error)).toMatchObject({ code: "database_connection_lost" });
    expect(asDatabaseError(missing("open", "ENOENT"))).toMatchObject({ code: "ENOENT" });
  });

  test("without words is told by its code", () => {
    expect(asDatabaseError(withCode("ECONNREFUSED", ""))).toMatchObject({
      message: expect.stringContaining("(ECONNREFUSED)"),
    });
  });

  test("of ours stays what it is, and nothing is none", () => {
    const ours = new TillhouseError("file_refused", "no header");
    expect(asDatabaseError(ours)).toBe(ours);
    expect(asDatabaseError(undefined)).toBeUndefined();
  });

  test("is told without the value that PostgreSQL quotes", () => {
    const error = asDatabaseError(withCode("42P01", 'relation: "4111111111111111"')) as Error;
    expect(error.message).not.toContain("4111");
  });
});

test("a transaction that lost against others is told by its code", () => {
  expect([withCode("40P01"), withCode("40001")].map(isConflict)).toEqual([true, true]);
  expect([withCode("23505"), new Error("40P01"), null, undefined].map(isConflict)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
