import { describe, expect, test } from "@jest/globals";
import { CONTRACTS, SOURCES } from "../../../src/sources/contracts.ts";
import { bindColumns, shownNames, sourceOfHeader } from "../../../src/sources/header.ts";

const { devices, transactions } = CONTRACTS;

describe("a header", () => {
  test("may have its columns in any order, case and spelling of the gaps", () => {
    expect(bindColumns(devices, [" Store ID ", "TYPE", "id"])).toMatchObject({
      fieldCount: 3,
      indexOf: new Map([
        ["store_id", 0],
        ["type", 1],
        ["id", 2],
      ]),
    });
    expect(bindColumns(devices, ["store-id", "Type", "ID"])).not.toHaveProperty("refusal");
  });

  test("may have columns that nobody asked for", () => {
    expect(bindColumns(devices, ["id", "note", "type", "store_id", "note"])).toMatchObject({
      fieldCount: 5,
      extra: ["note", "note"],
    });
  });

  test("may leave out the card columns", () => {
    const names = transactions.columns.filter((column) => column.required).map((column) => column.name);
    const bound = bindColumns(transactions, names);
    expect(bound).toMatchObject({ fieldCount: names.length });
    expect(names).not.toContain("card_number");
  });

  test.each([
    [["id", "type", "store_id", "id"], "id stands twice in the header, written id and id"],
    [["id", "type", "store_id", " ID"], "id stands twice in the header, written id and ID"],
    [
      ["Store-ID", "id", "type", "store id"],
      "store_id stands twice in the header, written Store-ID and store id",
    ],
  ])("may not name a column twice, however it is written: %j", (header, refusal) => {
    expect(bindColumns(devices, header)).toEqual({ refusal: `the column ${refusal}` });
  });

  test("is refused with the columns that are missing and those found", () => {
    expect(bindColumns(devices, ["id", "kind"])).toEqual({
      refusal: "a devices file needs the columns type, store_id; the header has id, kind",
    });
  });

  test("is refused with the nearest names that were found", () => {
    const names = transactions.columns.map((column) => column.name);
    const wrong: Record<string, string> = { device_id: "Devise ID", status: "state", amount: "amout 2" };
    expect(
      bindColumns(
        transactions,
        names.map((name) => wrong[name] ?? name),
      ),
    ).toEqual({
      refusal: expect.stringMatching(
        /^a transactions file needs the columns device_id, amount, status; nearest to device_id is Devise ID, to amount is amout #, to status is state; the header has /,
      ),
    });
  });

  test("never takes a column that it has for the nearest to another", () => {
    expect(bindColumns(transactions, ["id", "device_id"])).toEqual({
      refusal: expect.not.stringContaining("nearest"),
    });
  });

  test("that is really a record shows no digit of card or CVV in its refusal", () => {
    const record = ["17", "4111 1111 1111 1111", "837", "accepted", "a\nb\u001b[31m"];
    const bound = bindColumns(transactions, record);
    expect(bound).toEqual({
      refusal: expect.stringMatching(/the header has ##, #### #### #### ####, ###, accepted/),
    });
    expect(bound).toEqual({ refusal: expect.not.stringMatching(/[\d\n\u001b]/) });
  });

  test("of a million columns is refused in one short line", () => {
    const bound = bindColumns(devices, new Array<string>(1_000_000).fill("x".repeat(100)));
    expect(bound).toEqual({ refusal: expect.stringMatching(/^.{1,2000} and 999970 more$/) });
  });

  test("is shown short, without digits and control characters, and with what has no name", () => {
    expect(shownNames(["Export 2024", " ", "a\u0007", "x".repeat(1_000)])).toEqual([
      "Export ####",
      "(no name)",
      "a\u2423",
      "x".repeat(40),
    ]);
    expect(shownNames([])).toEqual([]);
  });

  test("tells the source of a file whose name does not", () => {
    for (const source of SOURCES) {
      expect(sourceOfHeader(CONTRACTS[source].columns.map((column) => column.name.toUpperCase()))).toBe(
        source,
      );
    }
    expect(sourceOfHeader(["id", "name"])).toBeUndefined();
  });
});

test("names are cut between characters, so that they stay text that jsonb takes", () => {
  const name = `${"n".repeat(39)}\u{1f600}\u{1f600}`;
  for (const shown of shownNames([name, `x${name}`])) expect(shown.isWellFormed()).toBe(true);
});
