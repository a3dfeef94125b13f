import { describe, expect, test } from "@jest/globals";
import { loadSales } from "../fixtures/loadSales.ts";
import type { TransactionFields } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const times = (count: number, sale: Partial<TransactionFields>) => Array.from({ length: count }, () => sale);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

describe("top_10_stores_by_amount", () => {
  test(
    "is ten stores by accepted amount, ties to the lower id; refused and cancelled sales do not count",
    inWarehouse(async (warehouse) => {
      const sales = numbered(12).flatMap(({ id }) => [
        { device_id: id, amount: id === 12 ? "90.00" : id === 5 ? "30.01" : "30.00" },
        { device_id: id, amount: "1000.00", status: id % 2 === 0 ? "refused" : "cancelled" },
      ]);
      await loadSales(warehouse, numbered(12), [...sales, { device_id: 2, amount: "0.01" }]);

      const rows = await warehouse.view("top_10_stores_by_amount");

      expect(rows.map(({ store_id }) => store_id)).toEqual([12, 2, 5, 1, 3, 4, 6, 7, 8, 9]);
      expect(rows.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(rows[1]).toMatchObject({ transacted_amount: "30.01", transactions: 2 });
      expect(rows[0]).toMatchObject({ transacted_amount: "90.00", transactions: 1 });
    }),
  );

  test(
    "leaves out stores without an accepted sale",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, numbered(3), [{ device_id: 1 }, { device_id: 2, status: "refused" }]);
      expect(await warehouse.view("top_10_stores_by_amount")).toMatchObject([{ store_id: 1 }]);
    }),
  );
});

describe("top_10_products_sold", () => {
  test(
    "is ten products by number of sales, then by amount, then by SKU in byte order",
    inWarehouse(async (warehouse) => {
      const same = ["b", "B", "a", "Z", "10", "9", "é", "_", "c", "d", "e"].map((product_sku) => ({
        product_sku,
      }));
      await loadSales(warehouse, numbered(1), [
        ...same,
        ...times(3, { product_sku: "often", amount: "0.01" }),
        { product_sku: "dear", amount: "10.01" },
        ...times(9, { product_sku: "refused", status: "refused" }),
      ]);

      const rows = await warehouse.view("top_10_products_sold");

      expect(rows.map(({ product_sku }) => product_sku)).toEqual([
        "often",
        "dear",
        "10",
        "9",
        "B",
        "Z",
        "_",
        "a",
        "b",
        "c",
      ]);
      expect(rows[0]).toEqual({
        rank: 1,
        product_sku: "often",
        product_name: "Tulips",
        units_sold: 3,
        transacted_amount: "0.03",
      });
    }),
  );
});

describe("average_amount_by_typology_and_country", () => {
  test(
    "is over sales, not over stores, with a row a pair that sold, in byte order",
    inWarehouse(async (warehouse) => {
      const stores = [
        { id: 1, typology: "hotel", country: "Peru" },
        { id: 2, typology: "Hotel", country: "Österreich" },
        { id: 3, typology: "Hotel", country: "Peru" },
        { id: 4, typology: "Hotel", country: "Peru" },
        { id: 5, typology: "Bar", country: "Peru" },
      ];
      await loadSales(warehouse, stores, [
        { device_id: 1 },
        { device_id: 2, amount: "1.00" },
        { device_id: 3, amount: "1.00" },
        { device_id: 4, amount: "2.00" },
        { device_id: 4, amount: "2.00" },
        { device_id: 5, status: "cancelled" },
      ]);

      expect(await warehouse.view("average_amount_by_typology_and_country")).toMatchObject([
        {
          typology: "Hotel",
          country: "Peru",
          average_amount: "1.67",
          transactions: 3,
          transacted_amount: "5.00",
        },
        { typology: "Hotel", country: "Österreich", average_amount: "1.00", transactions: 1 },
        { typology: "hotel", country: "Peru", average_amount: "10.00" },
      ]);
    }),
  );
});

describe("transaction_share_by_device_type", () => {
  test(
    "is in per cent of all accepted sales, and the shares make up a hundred",
    inWarehouse(async (warehouse) => {
      const deviceTypes = { 1: 5, 2: 1, 3: 3, 4: 2 };
      await loadSales(
        warehouse,
        numbered(4),
        [
          ...times(2, { device_id: 1 }),
          ...times(3, { device_id: 2 }),
          ...times(2, { device_id: 3 }),
          ...times(5, { device_id: 4, status: "refused" }),
        ],
        deviceTypes,
      );

      const rows = await warehouse.view("transaction_share_by_device_type");

      expect(rows).toEqual([
        { device_type: 1, transactions: 3, percentage: "42.8571" },
        { device_type: 3, transactions: 2, percentage: "28.5714" },
        { device_type: 5, transactions: 2, percentage: "28.5714" },
      ]);
      const sum = rows.reduce((total, { percentage }) => total + Number(percentage), 0);
      expect(Math.abs(sum - 100)).toBeLessThan(rows.length * 0.00005 + 1e-9);
    }),
  );
});
