import { describe, expect, test } from "@jest/globals";
import { fieldsOf, generate, recordsOf } from "./generatedFolder.ts";
import { instant, naiveAnswers } from "./naiveAnswers.ts";

const HEADER_FIELDS = 11;

/** Why a record must be rejected; undefined for one that is right. Judged from the outside, by its fields. */
function faultOf(fields: string[]): string | undefined {
  if (fields.length !== HEADER_FIELDS) return "missing_column";
  const [id = "", , , , , amount = "", status = "", , , , happenedAt = ""] = fields;
  if (!/^\d+$/.test(id)) return "bad_id";
  if (!/^\d+(\.\d\d)?$/.test(amount)) return "bad_amount";
  if (!["accepted", "refused", "cancelled"].includes(status)) return "unknown_status";
  try {
    instant(happenedAt);
  } catch {
    return "bad_date";
  }
  return undefined;
}

/** What a loader has to find in a generated folder, worked out from its text alone. */
async function readBack(options: Parameters<typeof generate>[0]) {
  const files = await generate({ ...options, truth: true });
  const devices = await recordsOf(files.devices);
  const knownDevices = new Set(devices.map((device) => device["id"]));
  const header = files.transactions.split("\n", 1)[0] ?? "";
  const records = await fieldsOf(files.transactions);
  const brokenByKind: Record<string, number> = {};
  const valid = new Map<number, string[]>();
  let [orphans, repeated, late, highest] = [0, 0, 0, 0];
  for (const fields of records) {
    const fault = faultOf(fields);
    if (fault !== undefined) {
      brokenByKind[fault] = (brokenByKind[fault] ?? 0) + 1;
      continue;
    }
    const id = Number(fields[0]);
    const known = valid.get(id);
    if (!knownDevices.has(fields[1] ?? "")) {
      orphans++;
    } else if (known !== undefined) {
      expect(fields).toEqual(known);
      repeated++;
    } else {
      if (id < highest) late++;
      valid.set(id, fields);
    }
    highest = Math.max(highest, id);
  }
  const columns = header.split(",");
  const transactions = [...valid.values()].map((fields) =>
    Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? ""])),
  );
  return {
    files,
    found: { records: records.length, valid: valid.size, orphans, repeated, late, brokenByKind },
    stores: await recordsOf(files.stores),
    devices,
    transactions,
  };
}

describe("the truth file", () => {
  test.each([
    ["of a plain file", { rows: 1500, seed: 1 }],
    [
      "with every defect",
      { rows: 4000, seed: 11, shares: { late: 0.05, repeated: 0.03, broken: 0.02, orphan: 0.01 } },
    ],
    ["with few sales a store", { rows: 300, seed: 5, stores: 60, devices: 70 }],
    ["with fewer devices than stores", { rows: 200, seed: 2, stores: 30, devices: 10 }],
    ["of many rows a store", { rows: 5000, seed: 9, stores: 3, devices: 3 }],
  ])("%s says what a slow reading of the files finds", async (_name, options) => {
    const { files, found, stores, devices, transactions } = await readBack(options);
    const { truth } = files;
    expect(truth?.records).toEqual({
      stores: stores.length,
      devices: devices.length,
      transactions: found.records,
    });
    expect(truth?.valid.transactions).toBe(found.valid);
    for (const status of ["accepted", "refused", "cancelled"] as const) {
      const amounts = transactions
        .filter((transaction) => transaction["status"] === status)
        .map((transaction) => Math.round(Number(transaction["amount"]) * 100));
      expect(truth?.valid.by_status[status]).toEqual({
        transactions: amounts.length,
        amount_cents: String(amounts.reduce((sum, cents) => sum + cents, 0)),
      });
    }
    expect(truth?.answers).toEqual(naiveAnswers(stores, devices, transactions));
  });

  test("has no averages where no store reached a fifth sale", async () => {
    const { truth } = await generate({ rows: 3, seed: 1, truth: true });
    expect(truth?.answers.time_to_fifth_transaction).toEqual([
      {
        stores: 0,
        average_seconds_from_first: null,
        average_days_from_first: null,
        average_days_from_creation: null,
        stores_fifth_before_creation: 0,
      },
    ]);
  });
});

describe("shares", () => {
  test("are met exactly, beside as many valid transactions as asked for", async () => {
    const shares = { late: 0.05, repeated: 0.03, broken: 0.02, orphan: 0.01 };
    const { files, found } = await readBack({ rows: 4000, seed: 11, shares });
    expect(found).toEqual({
      records: 4000 + 120 + 80 + 40,
      valid: 4000,
      late: 200,
      repeated: 120,
      orphans: 40,
      brokenByKind: { missing_column: 16, bad_amount: 16, unknown_status: 16, bad_date: 16, bad_id: 16 },
    });
    expect(files.truth).toMatchObject({
      valid: { transactions: 4000, late: 200 },
      repeated: 120,
      broken: 80,
      broken_by_kind: found.brokenByKind,
      orphans: 40,
    });
    expect(files.summary).toMatchObject({ rows: 4000, late: 200, repeated: 120, broken: 80, orphans: 40 });
  });

  test("of 1 work together, a single row too", async () => {
    const shares = { late: 1, repeated: 1, broken: 1, orphan: 1 };
    for (const rows of [1, 2, 50]) {
      const { found } = await readBack({ rows, seed: 4, shares });
      expect(found).toMatchObject({ records: rows * 4, valid: rows, repeated: rows, orphans: rows });
    }
  });

  test("of late records put lower ids behind higher ones, at the end only", async () => {
    const { transactions } = await generate({ rows: 1000, seed: 1, shares: { late: 0.1 } });
    const ids = (await fieldsOf(transactions)).map((fields) => Number(fields[0]));
    const firstLate = ids.findIndex((id, index) => index > 0 && id < (ids[index - 1] ?? 0));
    expect(firstLate).toBe(900);
    expect([...ids].sort((a, b) => a - b)).toEqual(ids.map((_, index) => index + 1));
  });
});
