import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { digests, facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  spreadOut,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const EVERY_RECORD_A_CHUNK = { CHUNK_RECORDS: "1" };

describe("an id that is loaded and comes in another file", () => {
  test(
    "with the same values is already present",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 2 }));
      await warehouse.ingest();
      await warehouse.files.write("transactions-2.csv", file({ id: 2 }, { id: 1 }));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 2, already_present: 2, rejected: 0 });
    }),
  );

  test(
    "with another card only is the same record, since no card is in its digest",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1, card_number: "4111111111111111" }));
      await warehouse.ingest();
      await warehouse.files.write("transactions-2.csv", file({ id: 1 }));

      expect(await warehouse.ingest()).toMatchObject({ already_present: 1, rejected: 0 });
    }),
  );

  test.each([
    ["amount", { amount: "11.00" }],
    ["status", { status: "refused" }],
    ["device", { device_id: 2 }],
    ["product name", { product_name: "Roses" }],
    ["category", { category_name: "Plants" }],
    ["SKU", { product_sku: "X1" }],
    ["time", { happened_at: "02/01/2022 09:00:01" }],
    ["time of record", { created_at: "02/01/2022 10:00:01" }],
  ])(
    "with another %s, of a later day, corrects what is loaded; the former version is kept",
    (_what, change) =>
      inWarehouse(async (warehouse) => {
        await writePlaces(warehouse);
        const [earlier, later] = [file({ id: 1 }), file({ id: 1, ...change }, { id: 2 })];
        await warehouse.files.write("transactions_2026-05-01.csv", earlier);
        await warehouse.ingest();
        const [before] = await digests(warehouse);
        await warehouse.files.write("transactions_2026-05-02.csv", later);

        expect(await warehouse.ingest()).toMatchObject({
          loaded: 1,
          rejected: 0,
          corrected: 1,
          superseded: 0,
        });
        const [after] = await digests(warehouse);
        expect(after?.id).toBe(before?.id);
        expect(after?.digest).not.toBe(before?.digest);
        expect(await versions(warehouse)).toEqual([
          { id: 1, path: "transactions_2026-05-01.csv", stated: "2026-05-01", was_current: true },
        ]);
      })(),
  );

  test.each([
    ["amount", { amount: "11.00" }],
    ["device", { device_id: 2 }],
    ["SKU", { product_sku: "X1" }],
  ])("with another %s, of an earlier day, changes nothing, and is kept", (_what, change) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions_2026-05-02.csv", file({ id: 1 }));
      await warehouse.ingest();
      const before = await facts(warehouse);
      await warehouse.files.write("transactions_2026-05-01.csv", file({ id: 1, ...change }));

      expect(await warehouse.ingest()).toMatchObject({ superseded: 1, corrected: 0, rejected: 0 });
      expect(await facts(warehouse)).toEqual(before);
      expect(await versions(warehouse)).toEqual([
        { id: 1, path: "transactions_2026-05-01.csv", stated: "2026-05-01", was_current: false },
      ]);
    })(),
  );

  test(
    "with other values, between two days that say the same, changes nothing: it was said again since",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      for (const [day, amount] of [
        [1, "1.00"],
        [3, "1.00"],
        [2, "2.00"],
      ] as const) {
        await warehouse.files.write(`transactions_2026-05-0${day}.csv`, file({ id: 1, amount }));
        await warehouse.ingest();
      }

      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "1.00" }]);
    }),
  );

  test(
    "in files without a day in their names counts by when they were last written to",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const at = async (name: string, amount: string, mtime: string): Promise<void> => {
        await warehouse.files.write(name, file({ id: 1, amount }));
        await utimes(join(warehouse.files.path, name), new Date(mtime), new Date(mtime));
        await warehouse.ingest();
      };
      await at("transactions-a.csv", "1.00", "2026-05-02T10:00:00Z");
      await at("transactions-b.csv", "2.00", "2026-05-02T09:00:00Z");
      expect(await facts(warehouse)).toMatchObject([{ amount: "1.00" }]);
      await at("transactions-c.csv", "3.00", "2026-05-02T11:00:00Z");
      expect(await facts(warehouse)).toMatchObject([{ amount: "3.00" }]);
      // Its name is of an earlier day, so it is; however late it was written.
      await at("transactions_2026-05-02.csv", "4.00", "2026-05-02T12:00:00Z");
      expect(await facts(warehouse)).toMatchObject([{ amount: "3.00" }]);
    }),
  );

  test(
    "as of a day that a run is told counts as of that day, whatever the file's name says",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions_2026-05-02.csv", file({ id: 1, amount: "1.00" }));
      await warehouse.ingest();
      await warehouse.files.write("transactions_2026-05-01.csv", file({ id: 1, amount: "2.00" }));

      const asOf = new Date("2026-05-03T00:00:00Z");
      expect(await warehouse.ingest({ asOf })).toMatchObject({ corrected: 1 });
      expect(await facts(warehouse)).toMatchObject([{ amount: "2.00" }]);
    }),
  );

  test(
    "and was refused since it differed, by an older version, corrects what is loaded in the next run",
    inWarehouse(
      async (warehouse) => {
        await writePlaces(warehouse);
        await warehouse.files.write(
          "transactions_2026-05-01.csv",
          file({ id: 1, device_id: 9, amount: "2.00" }),
        );
        await warehouse.ingest();
        await warehouse.files.write("transactions-2.csv", file({ id: 1, amount: "1.00" }));
        await warehouse.ingest();
        // As the migration leaves such a record: the device is known, and it waits.
        await warehouse.rows(
          `UPDATE operations.quarantine
         SET reason = 'changed_after_load', device_id = 1, file_id = (SELECT max(file_id) FROM operations.source_files)`,
        );

        expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
        expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "2.00" }]);
        expect(await quarantine(warehouse)).toMatchObject([
          { reason: "changed_after_load", state: "resolved" },
        ]);
      },
      { tampered: true },
    ),
  );
});

/** What is kept of former and older versions. */
function versions({ rows }: Warehouse) {
  return rows<{ id: number; path: string; stated: string; was_current: boolean }>(
    `SELECT transaction_id::integer AS id, path, to_char(stated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS stated, was_current
     FROM ingestion_layer.fct_transactions_history JOIN operations.source_files USING (file_id)
     ORDER BY version_id`,
  );
}

describe("an id that comes twice in one file", () => {
  const twice = file({ id: 1, amount: "1.00" }, { id: 2 }, { id: 1, amount: "2.00", product_name: "Roses" });

  test(
    "in one chunk: the earlier line is superseded, the later one loads",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, twice);

      const { files } = await warehouse.ingest();

      expect(files[2]).toMatchObject({
        records_read: 3,
        loaded: 2,
        superseded: 1,
        corrected: 0,
        rejected: 0,
      });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "2.00", name: "Roses" }, { id: 2 }]);
    }),
  );

  test(
    "over two chunks: the later line corrects what the earlier one loaded",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(twice));

      const { files } = await warehouse.ingest({ settings: EVERY_RECORD_A_CHUNK });

      expect(files[2]).toMatchObject({
        records_read: 3,
        loaded: 2,
        superseded: 0,
        corrected: 1,
        rejected: 0,
      });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "2.00", name: "Roses" }, { id: 2 }]);
    }),
  );

  test(
    "over two runs, the file having grown: the same",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1, amount: "1.00" }));
      await warehouse.ingest();
      await warehouse.files.append(NAME, records({ id: 1, amount: "2.00" }));

      expect(await warehouse.ingest()).toMatchObject({ corrected: 1, loaded: 0, rejected: 0 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "2.00" }]);
    }),
  );

  test.each(["1", "1000"])("as an exact repeat is already present (chunks of %s)", (chunkRecords) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file({ id: 1 }, { id: 1 }, { id: 1 })));

      const { files } = await warehouse.ingest({ settings: { CHUNK_RECORDS: chunkRecords } });

      expect(files[2]).toMatchObject({ records_read: 3, loaded: 1, already_present: 2, superseded: 0 });
    })(),
  );

  test.each(["1", "1000"])(
    "the later one of an unknown device waits, the earlier one stays (chunks of %s)",
    (chunkRecords) =>
      inWarehouse(async (warehouse) => {
        await writePlaces(warehouse);
        await warehouse.files.write(NAME, spreadOut(file({ id: 1 }, { id: 1, device_id: 99 })));

        const { files } = await warehouse.ingest({ settings: { CHUNK_RECORDS: chunkRecords } });

        expect(files[2]).toMatchObject({ loaded: 1, rejected: 1, superseded: 0 });
        expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 1 }]);
      })(),
  );
});
