import { describe, expect, test } from "@jest/globals";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { loseNames, NAMES_LEFT } from "../fixtures/lostNames.ts";
import { transactionRecords as records, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";

describe("the name that a product shows", () => {
  const shown =
    "SELECT product_sku AS sku, product_name AS name FROM ingestion_layer.dim_products ORDER BY 1";

  test(
    "is that of its highest transaction id, in whichever order the records come",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        file({ id: 9, product_name: "Highest" }, { id: 3, product_name: "Low" }),
      );
      await warehouse.ingest();
      await warehouse.files.append(NAME, records({ id: 4, product_name: "Late" }));
      await warehouse.ingest();

      expect(await warehouse.rows(shown)).toEqual([{ sku: "3770009015048", name: "Highest" }]);
    }),
  );

  test(
    "falls back to the next highest id when the highest is corrected to another product",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        file(
          { id: 3, product_sku: "A", product_name: "Older" },
          { id: 9, product_sku: "A", product_name: "Newer" },
        ),
      );
      await warehouse.ingest();
      await warehouse.files.append(NAME, records({ id: 9, product_sku: "B", product_name: "Moved" }));
      await warehouse.ingest();

      expect(await warehouse.rows(shown)).toEqual([
        { sku: "A", name: "Older" },
        { sku: "B", name: "Moved" },
      ]);
    }),
  );

  test(
    "stays its last one, named by none, when its only transaction is corrected to another product; a lower id names it again",
    inWarehouse(async (warehouse) => {
      const named =
        "SELECT product_sku AS sku, product_name AS name, named_by_transaction_id::integer AS by FROM ingestion_layer.dim_products ORDER BY 1";
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 9, product_sku: "A", product_name: "Only" }));
      await warehouse.ingest();
      await warehouse.files.append(NAME, records({ id: 9, product_sku: "B", product_name: "Moved" }));
      await warehouse.ingest();
      const moved = { sku: "B", name: "Moved", by: 9 };
      expect(await warehouse.rows(named)).toEqual([{ sku: "A", name: "Only", by: null }, moved]);
      expect(await warehouse.verify()).toEqual([]);
      await warehouse.files.append(NAME, records({ id: 3, product_sku: "A", product_name: "Lower" }));
      await warehouse.ingest();

      expect(await warehouse.rows(named)).toEqual([{ sku: "A", name: "Lower", by: 3 }, moved]);
    }),
  );

  test(
    "is looked for only among the products that a chunk took transactions from",
    inWarehouse(
      async (warehouse) => {
        await writePlaces(warehouse);
        await warehouse.files.write(
          NAME,
          file({ id: 1, product_sku: "A" }, { id: 2, product_sku: "B" }, { id: 3, product_sku: "B" }),
        );
        await warehouse.ingest();
        // As a product without transactions had stayed before: named by one of another product.
        await warehouse.rows(
          "UPDATE ingestion_layer.dim_products SET named_by_transaction_id = 2 WHERE product_sku = 'A'",
        );
        await warehouse.files.append(NAME, records({ id: 3, product_sku: "C" }));
        await warehouse.ingest();

        expect(
          await warehouse.rows(
            "SELECT named_by_transaction_id::integer AS by FROM ingestion_layer.dim_products ORDER BY product_sku",
          ),
        ).toEqual([{ by: 2 }, { by: 2 }, { by: 3 }]);
      },
      { tampered: true },
    ),
  );

  test(
    "is found however far below the next id is, for several products of a chunk at once",
    inWarehouse(async (warehouse) => {
      expect(await loseNames(warehouse)).toEqual(NAMES_LEFT);
    }),
  );
});
