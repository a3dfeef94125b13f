import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { TEST_CARDS, UNISSUED_PREFIX } from "../../../src/generator/cards.ts";
import { SKUS } from "../../../src/generator/productWords.ts";
import { generate, recordsOf } from "./generatedFolder.ts";
import { instant } from "./naiveAnswers.ts";

function passesLuhn(digits: string): boolean {
  const sum = digits
    .split("")
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

describe("the files in data/", () => {
  test.each(["stores", "devices", "transactions"] as const)("%s.csv is what seed 1 makes", async (name) => {
    const committed = await readFile(new URL(`../../../data/${name}.csv`, import.meta.url), "utf8");
    const made = await generate({ rows: 1500, seed: 1 });
    expect(committed).toBe(made[name]);
  });
});

describe("the bytes", () => {
  test("are the same for the same seed", async () => {
    const shares = { late: 0.1, repeated: 0.1, broken: 0.1, orphan: 0.1 };
    const first = await generate({ rows: 3000, seed: 7, shares, truth: true });
    const second = await generate({ rows: 3000, seed: 7, shares, truth: true });
    expect({ ...second, summary: null }).toEqual({ ...first, summary: null });
  });

  test.each([8, 7 + 2 ** 32])("differ for seed %d, in every file", async (seed) => {
    const first = await generate({ rows: 500, seed: 7 });
    const second = await generate({ rows: 500, seed });
    expect(second.stores).not.toBe(first.stores);
    expect(second.devices).not.toBe(first.devices);
    expect(second.transactions).not.toBe(first.transactions);
  });

  test("do not depend on whether the truth is asked for", async () => {
    const without = await generate({ rows: 500, seed: 7 });
    const withTruth = await generate({ rows: 500, seed: 7, truth: true });
    expect(withTruth.transactions).toBe(without.transactions);
  });

  test("of a short file begin those of a longer one", async () => {
    const short = await generate({ rows: 500, seed: 7 });
    const long = await generate({ rows: 1000, seed: 7 });
    expect(long.stores).toBe(short.stores);
    expect(long.devices).toBe(short.devices);
    expect(long.transactions.startsWith(short.transactions)).toBe(true);
  });
});

describe("1,500 transactions", () => {
  const files = generate({ rows: 1500, seed: 1 });
  const stores = files.then((made) => recordsOf(made.stores));
  const devices = files.then((made) => recordsOf(made.devices));
  const transactions = files.then((made) => recordsOf(made.transactions));

  test("come with 100 stores and 200 devices", async () => {
    expect(await stores).toHaveLength(100);
    expect(await devices).toHaveLength(200);
    expect(await transactions).toHaveLength(1500);
    const { summary } = await files;
    expect(summary.files.map(({ records }) => records)).toEqual([100, 200, 1500]);
    expect(summary.files[2]?.bytes).toBe(Buffer.byteLength((await files).transactions));
  });

  test("have the columns of the real files", async () => {
    const made = await files;
    expect(made.stores.split("\n")[0]).toBe("id,name,address,city,country,created_at,typology,customer_id");
    expect(made.devices.split("\n")[0]).toBe("id,type,store_id");
    expect(made.transactions.split("\n")[0]).toBe(
      "id,device_id,product_name,product_sku,category_name,amount,status,card_number,cvv,created_at,happened_at",
    );
  });

  test("number every file from 1 upwards", async () => {
    for (const records of [await stores, await devices, await transactions]) {
      expect(records.map((record) => Number(record["id"]))).toEqual(records.map((_, index) => index + 1));
    }
  });

  test("are valid, each field of them", async () => {
    for (const record of await transactions) {
      expect(record["amount"]).toMatch(/^[1-9]\d{0,2}(\.\d\d)?$/);
      expect(record["amount"]).not.toMatch(/\.00$/);
      expect(["accepted", "refused", "cancelled"]).toContain(record["status"]);
      expect(record["cvv"]).toMatch(/^\d{3}$/);
      expect(SKUS).toContain(record["product_sku"]);
      const happenedAt = instant(record["happened_at"] ?? "");
      const createdAt = instant(record["created_at"] ?? "");
      expect(createdAt).toBeGreaterThanOrEqual(happenedAt);
      expect(happenedAt).toBeGreaterThanOrEqual(Date.UTC(2022, 0, 1));
      expect(createdAt).toBeLessThan(Date.UTC(2025, 0, 1));
    }
  });

  test("point to devices that exist, and those to stores that exist", async () => {
    const deviceIds = new Set((await devices).map((device) => device["id"]));
    const storeIds = new Set((await stores).map((store) => store["id"]));
    expect((await transactions).filter((record) => !deviceIds.has(record["device_id"]))).toEqual([]);
    expect((await devices).filter((device) => !storeIds.has(device["store_id"]))).toEqual([]);
    expect((await devices).filter((device) => !/^[1-5]$/.test(device["type"] ?? ""))).toEqual([]);
  });

  test("leave a few stores without a device and a few devices without a transaction", async () => {
    const storesWithDevice = new Set((await devices).map((device) => device["store_id"]));
    const devicesWithSale = new Set((await transactions).map((record) => record["device_id"]));
    expect(100 - storesWithDevice.size).toBe(8);
    expect(200 - devicesWithSale.size).toBeGreaterThanOrEqual(3);
    expect(200 - devicesWithSale.size).toBeLessThan(30);
  });

  test("are not in the order of time, and some precede their store", async () => {
    const storeOfDevice = new Map((await devices).map((device) => [device["id"], device["store_id"]]));
    const opened = new Map((await stores).map((store) => [store["id"], instant(store["created_at"] ?? "")]));
    const times = (await transactions).map((record) => instant(record["happened_at"] ?? ""));
    expect(times).not.toEqual([...times].sort((a, b) => a - b));
    const early = (await transactions).filter((record) => {
      const openedAt = opened.get(storeOfDevice.get(record["device_id"])) ?? 0;
      return instant(record["happened_at"] ?? "") < openedAt;
    });
    expect(early.length).toBeGreaterThan(50);
    expect(early.length).toBeLessThan(750);
  });

  test("favour a few stores and products", async () => {
    const storeOfDevice = new Map((await devices).map((device) => [device["id"], device["store_id"]]));
    const counts = new Map<string, number>();
    for (const record of await transactions) {
      const store = storeOfDevice.get(record["device_id"]) ?? "";
      counts.set(store, (counts.get(store) ?? 0) + 1);
    }
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const top10 = sorted.slice(0, 10).reduce((sum, count) => sum + count, 0);
    expect(top10).toBeGreaterThan(1500 / 4);
  });

  test("sell a SKU under many names, and a name under many SKUs", async () => {
    const namesOfSku = new Map<string, Set<string>>();
    const skusOfName = new Map<string, Set<string>>();
    for (const record of await transactions) {
      const { product_sku: sku = "", product_name: name = "" } = record;
      namesOfSku.set(sku, (namesOfSku.get(sku) ?? new Set()).add(name));
      skusOfName.set(name, (skusOfName.get(name) ?? new Set()).add(sku));
    }
    expect([...namesOfSku.keys()].sort()).toEqual([...SKUS].sort());
    expect(Math.min(...[...namesOfSku.values()].map((names) => names.size))).toBeGreaterThan(5);
    expect(Math.min(...[...skusOfName.values()].map((skus) => skus.size))).toBeGreaterThan(1);
  });

  test("hold quoted commas, doubled quotes and accents in both text files", async () => {
    const made = await files;
    for (const text of [made.stores, made.transactions]) {
      expect(text).toMatch(/"[^"\n]*,[^"\n]*"/);
      expect(text).toContain('""');
      expect(text).toMatch(/[éèôû]/);
    }
  });

  test("are paid with published test cards only, some written in groups", async () => {
    const written = (await transactions).map((record) => record["card_number"] ?? "");
    const digits = new Set(written.map((card) => card.replaceAll(" ", "")));
    expect([...digits].sort()).toEqual([...TEST_CARDS].sort());
    expect(written.filter((card) => card.includes(" ")).length).toBeGreaterThan(100);
  });
});

describe("50,000 transactions", () => {
  const files = generate({ rows: 50_000, seed: 3 });

  test("have stores by the square root of the rows, and a bounded set of labels", async () => {
    const { stores, devices, transactions } = await files;
    expect(await recordsOf(stores)).toHaveLength(224);
    expect(await recordsOf(devices)).toHaveLength(448);
    const labels = new Set(
      (await recordsOf(transactions)).map((record) =>
        [record["product_sku"], record["product_name"], record["category_name"]].join("|"),
      ),
    );
    expect(labels.size).toBeLessThanOrEqual(1440);
    expect(labels.size).toBeGreaterThan(1200);
  });

  test("are paid with test cards or under a prefix that nobody issues, all passing Luhn", async () => {
    const cards = new Set(
      (await recordsOf((await files).transactions)).map((record) =>
        (record["card_number"] ?? "").replaceAll(" ", ""),
      ),
    );
    const testCards = new Set<string>(TEST_CARDS);
    const others = [...cards].filter((card) => !testCards.has(card));
    expect(others.filter((card) => !/^999999\d{10}$/.test(card))).toEqual([]);
    expect(UNISSUED_PREFIX).toBe("999999");
    expect([...cards].filter((card) => !passesLuhn(card))).toEqual([]);
    expect(others.length).toBeGreaterThan(4000);
    expect(others.length).toBeLessThanOrEqual(Math.ceil(50_000 / 12));
  });
});

describe("options out of range", () => {
  test.each([
    [{ rows: 0 }, "rows is 0: give a whole number from 1 to 100000000."],
    [{ rows: 1.5 }, "rows is 1.5: give a whole number from 1 to 100000000."],
    [{ seed: -1 }, "seed is -1: give a whole number from 0 to 9007199254740991."],
    [{ stores: NaN }, "stores is NaN: give a whole number from 1 to 1000000."],
    [{ shares: { late: 1.1 } }, "The share of late records is 1.1: give a number from 0 to 1."],
  ])("%j is refused in one sentence", async (wrong, message) => {
    await expect(generate({ rows: 10, seed: 1, ...wrong })).rejects.toMatchObject({
      code: "usage_invalid",
      message,
    });
  });
});
