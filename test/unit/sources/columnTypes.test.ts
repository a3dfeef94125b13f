import { describe, expect, test } from "@jest/globals";
import { readColumnTypes } from "../../../src/sources/columnTypes.ts";
import { CONTRACTS, type SourceName } from "../../../src/sources/contracts.ts";
import { readDialect } from "../../../src/sources/dialect.ts";
import { TRANSACTIONS_HEADER, transactionRecords, transactionsFile } from "../../fixtures/sourceText.ts";

async function typesOf(text: string, source: SourceName = "devices") {
  const beginning = Buffer.from(text);
  const dialect = await readDialect(beginning, true);
  if ("refusal" in dialect) throw new Error(dialect.refusal);
  return Object.fromEntries(await readColumnTypes(CONTRACTS[source], dialect, beginning));
}

describe("the columns of a file", () => {
  test("are told with the types that decide how they are read, and those alone", async () => {
    expect(
      await typesOf(
        transactionsFile({ id: 1, card_number: "4929 1234 5678 9012", cvv: "123" }),
        "transactions",
      ),
    ).toEqual({
      id: "number",
      device_id: "number",
      product_name: null,
      product_sku: null,
      category_name: null,
      amount: "number",
      status: "text",
      card_number: null,
      cvv: null,
      created_at: "timestamp (day and month)",
      happened_at: "timestamp (day and month)",
    });
  });

  test("are told whatever the delimiter, the line ends, the quotes and the spelling of names", async () => {
    expect(
      await typesOf('\ufeff"Store ID";TYPE;id;"a; note"\r\n"1";2;"3";"so ""it"" is;\r\nno"\r\n'),
    ).toEqual({
      store_id: "number",
      type: "number",
      id: "number",
      "a;_note": "text",
    });
  });

  test("of no contract are text where their values are of no one type", async () => {
    expect(
      await typesOf("id,type,store_id,code,seen,spare\n1,1,1,7,2026-11-30,\n2,1,1,a,2026-11-30,\n"),
    ).toMatchObject({
      code: "text",
      seen: "date",
      spare: null,
    });
  });

  test("have no type before there is a whole record", async () => {
    const untold = { id: null, type: null, store_id: null };
    expect(await typesOf("id,type,store_id\n")).toEqual(untold);
    expect(await typesOf("id,type,store_id\n1,1,2")).toEqual(untold);
    expect(await typesOf('id,type,store_id\n1,2"3,4\n1,2\n')).toEqual(untold);
  });

  test("are told by the first two hundred records", async () => {
    const ids = (from: number, count: number, amount: string) =>
      transactionRecords(...Array.from({ length: count }, (_, index) => ({ id: from + index, amount })));
    const { amount } = await typesOf(
      TRANSACTIONS_HEADER + ids(1, 200, "1") + ids(201, 4_000, "x"),
      "transactions",
    );
    expect(amount).toBe("number");
  });

  test("show no digit of their names, and no more of very long or very many ones", async () => {
    const many = Array.from(
      { length: 500 },
      (_, index) => `note${"abcdefghij"[index % 10] ?? ""}${"x".repeat(index)}`,
    );
    const types = await typesOf(`4929123456789012,${many.join(",")},id,type,store_id\n`);
    expect(Object.keys(types)).toContain("################");
    expect(Object.keys(types).length).toBeLessThanOrEqual(103);
    expect(types).toMatchObject({ id: null, type: null, store_id: null });
    for (const name of Object.keys(types)) expect(name.length).toBeLessThanOrEqual(40);
  });
});
