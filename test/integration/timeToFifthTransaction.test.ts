import { describe, expect, test } from "@jest/globals";
import { loadSales } from "../fixtures/loadSales.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

describe("time to the fifth transaction", () => {
  const day = (number: number, time = "00:00:00") => `03/${String(number).padStart(2, "0")}/2022 ${time}`;
  const daily = (device_id: number, days: readonly number[]) =>
    days.map((number) => ({ device_id, happened_at: day(number) }));

  test(
    "runs from the first to the fifth accepted sale by the time they happened, not by their ids",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, [{ id: 1, created_at: day(1) }], daily(1, [20, 9, 5, 3, 7, 6]));

      expect(await warehouse.view("time_to_fifth_transaction_by_store")).toEqual([
        {
          store_id: 1,
          store_name: "Corner Shop",
          first_at: "2022-03-03T00:00:00.000Z",
          fifth_at: "2022-03-09T00:00:00.000Z",
          days_from_first: "6.000000",
          days_from_creation: "8.000000",
        },
      ]);
    }),
  );

  test(
    "leaves out stores with four accepted sales, and counts several at one moment each",
    inWarehouse(async (warehouse) => {
      await loadSales(
        warehouse,
        [{ id: 1 }, { id: 2 }],
        [
          ...daily(1, [1, 2, 3, 4]),
          { device_id: 1, happened_at: day(5), status: "refused" },
          ...daily(2, [1, 1, 1, 1, 1, 9]),
        ],
      );

      expect(await warehouse.view("time_to_fifth_transaction_by_store")).toMatchObject([
        { store_id: 2, days_from_first: "0.000000" },
      ]);
      expect(await warehouse.view("time_to_fifth_transaction")).toMatchObject([
        { stores: 1, average_seconds_from_first: "0.000" },
      ]);
    }),
  );

  test(
    "is negative from the creation of a store that sold before it, and such stores are counted",
    inWarehouse(async (warehouse) => {
      const stores = [
        { id: 1, created_at: day(1) },
        { id: 2, created_at: day(30, "12:00:00") },
      ];
      await loadSales(warehouse, stores, [...daily(1, [1, 2, 3, 4, 5]), ...daily(2, [1, 2, 3, 4, 6])]);

      expect(await warehouse.view("time_to_fifth_transaction_by_store")).toMatchObject([
        { store_id: 1, days_from_creation: "4.000000" },
        { store_id: 2, days_from_creation: "-24.500000" },
      ]);
      expect(await warehouse.view("time_to_fifth_transaction")).toEqual([
        {
          stores: 2,
          average_seconds_from_first: "388800.000",
          average_days_from_first: "4.500000",
          average_days_from_creation: "-10.250000",
          stores_fifth_before_creation: 1,
        },
      ]);
    }),
  );
});
