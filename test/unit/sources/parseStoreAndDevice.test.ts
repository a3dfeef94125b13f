import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Store } from "../../../src/sources/parseStore.ts";
import { acceptedOf, DEVICE, parseValues, STORE, type Values } from "./sampleRecords.ts";

const store = (changes: Values = {}) => parseValues("stores", { ...STORE, ...changes });
const device = (changes: Values = {}) => parseValues("devices", { ...DEVICE, ...changes });

describe("a store", () => {
  test("has typed values", () => {
    expect(store()).toMatchObject({
      accepted: {
        storeId: 7,
        storeName: "Bell & Wagon",
        city: "Nelson",
        customerId: 13,
        createdAt: Date.UTC(2022, 7, 25, 10, 25, 15) * 1000,
      },
      warnings: [],
    });
  });

  test("has a digest that is equal for equal stores, and for no others", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "1", "\u001f"), maxLength: 4 });
    const stores = fc
      .record({
        name: texts,
        address: texts,
        city: texts,
        country: texts,
        typology: texts,
        customer_id: fc.constantFrom("1", "1.0", "2"),
      })
      .map((changes): Store => acceptedOf(store(changes)));
    fc.assert(
      fc.property(stores, stores, ({ digest: a, ...one }, { digest: b, ...other }) => {
        expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(["name", "address", "city", "country", "typology"])("has cards masked in %s", (column) => {
    const parsed = store({ [column]: "c/o 4242 4242 4242 4242" });
    expect(parsed).toMatchObject({ warnings: ["card_masked"] });
    expect(Object.values(acceptedOf(parsed))).toContain("c/o **** **** **** ****");
  });

  test("is rejected with the column at fault", () => {
    expect(store({ customer_id: "0" })).toEqual({
      rejected: { reason: "out_of_range", column: "customer_id" },
      naturalKey: 7,
    });
    expect(store({ created_at: "soon" })).toMatchObject({ rejected: { column: "created_at" } });
    expect(store({ id: "" })).toMatchObject({ naturalKey: null });
  });
});

describe("a device", () => {
  test("has typed values, and one digest however they are written", () => {
    expect(device()).toMatchObject({ accepted: { deviceId: 5, deviceType: 3, storeId: 89 }, warnings: [] });
    expect(device({ id: "5.0", type: "03", store_id: " 89" })).toEqual(device());
    expect(device({ type: "4" })).not.toEqual(device());
  });

  test("is rejected with the column at fault", () => {
    expect(device({ type: "-1" })).toEqual({
      rejected: { reason: "bad_whole_number", column: "type" },
      naturalKey: 5,
    });
  });
});
