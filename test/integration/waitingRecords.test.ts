import { describe, expect, test } from "@jest/globals";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  deviceRecords,
  devicesFile,
  spreadOut,
  storeRecords,
  storesFile,
  transactionsFile,
  type TransactionFields,
} from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const NOTHING_MAY_BE_REJECTED = { MAX_REJECT_RATIO: "0" };
const states = async (warehouse: Parameters<typeof quarantine>[0]) =>
  (await quarantine(warehouse)).map(({ key, reason, state }) => ({ key, reason, state }));

describe("transactions that come before their device", () => {
  test(
    "wait, whatever MAX_REJECT_RATIO says, and load by themselves in the run that brings the device",
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }));
      expect(await ingest({ settings: NOTHING_MAY_BE_REJECTED })).toMatchObject({
        status: "succeeded",
        records_read: 2,
        rejected: 2,
        loaded: 0,
        watermark: null,
      });
      expect(await states(warehouse)).toMatchObject([
        { key: 1, reason: "unknown_device", state: "waiting" },
        { key: 2, reason: "unknown_device", state: "waiting" },
      ]);

      await writePlaces(warehouse);
      const second = await ingest({ settings: NOTHING_MAY_BE_REJECTED });

      expect(second).toMatchObject({ records_read: 3, loaded: 3, rejected: 0, resolved: 2, watermark: 2 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }]);
      expect(await states(warehouse)).toMatchObject([{ state: "resolved" }, { state: "resolved" }]);
      expect(await warehouse.rows("SELECT resolved::integer FROM operations.runs ORDER BY run_id")).toEqual([
        { resolved: 0 },
        { resolved: 2 },
      ]);
    }),
  );

  test(
    "give the same answers as if the device had been there",
    inWarehouse(async (warehouse) => {
      const sales = [1, 2, 3, 4, 5].map((id) => ({ id, happened_at: `02/0${id}/2022 09:00:00` }));
      await warehouse.files.write("transactions.csv", transactionsFile(...sales));
      await warehouse.ingest();
      await writePlaces(warehouse);
      await warehouse.ingest();

      expect(await warehouse.answers()).toMatchObject({
        top_10_stores_by_amount: [{ store_id: 1, transacted_amount: "50.00", transactions: 5 }],
        time_to_fifth_transaction: [{ stores: 1, average_days_from_first: "4.000000" }],
      });
    }),
  );

  test(
    "and twice, in two files, load once; the other one is obsolete",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("transactions-1.csv", transactionsFile({ id: 1 }));
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await writePlaces(warehouse);

      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      expect((await states(warehouse)).map(({ state }) => state).sort()).toEqual(["obsolete", "resolved"]);
      expect(await facts(warehouse)).toHaveLength(1);
    }),
  );

  test(
    "and twice with other values, in two files, load as the file has them that was said last",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("transactions-1.csv", transactionsFile({ id: 1, amount: "1.00" }));
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 1, amount: "2.00" }));
      await warehouse.ingest();
      await writePlaces(warehouse);

      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "2.00" }]);
      expect(await states(warehouse)).toMatchObject([{ state: "obsolete" }, { state: "resolved" }]);
    }),
  );

  test(
    "are obsolete once a good copy of them has loaded",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions-1.csv", transactionsFile({ id: 1, device_id: 7 }));
      await warehouse.ingest();
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 1, device_id: 1 }));
      expect(await warehouse.ingest()).toMatchObject({ loaded: 1 });
      await warehouse.files.append("devices.csv", deviceRecords({ id: 7 }));

      expect(await warehouse.ingest()).toMatchObject({ resolved: 0 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 1 }]);
      expect(await states(warehouse)).toEqual([{ key: 1, reason: "unknown_device", state: "obsolete" }]);
    }),
  );
});

describe("devices that come before their store", () => {
  test(
    "wait, and load by themselves with the transactions that waited for them",
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await files.write("devices.csv", devicesFile({ id: 1 }));
      await files.write("transactions.csv", transactionsFile({ id: 1 }));
      expect(await ingest({ settings: NOTHING_MAY_BE_REJECTED })).toMatchObject({ rejected: 2 });
      expect(await states(warehouse)).toMatchObject([
        { key: 1, reason: "unknown_store", state: "waiting" },
        { key: 1, reason: "unknown_device", state: "waiting" },
      ]);

      await files.write("stores.csv", storesFile({ id: 1 }));

      expect(await ingest()).toMatchObject({ loaded: 1, resolved: 2 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 1 }]);
    }),
  );

  const placeOfDevice =
    "SELECT store_id::integer FROM ingestion_layer.dim_devices JOIN ingestion_layer.dim_stores USING (store_key)";

  test(
    "move to it when it comes, though the device was known at another store",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await files.write("stores.csv", storesFile({ id: 1 }));
      await files.write("devices.csv", devicesFile({ id: 1, store_id: 1 }));
      await ingest();
      await files.write("devices.csv", devicesFile({ id: 1, store_id: 2 }));
      expect(await ingest()).toMatchObject({ rejected: 1 });
      expect(await rows(placeOfDevice)).toEqual([{ store_id: 1 }]);
      await files.append("stores.csv", storeRecords({ id: 2 }));

      expect(await ingest()).toMatchObject({ resolved: 1 });
      expect(await rows(placeOfDevice)).toEqual([{ store_id: 2 }]);
    }),
  );

  test(
    "stay where a newer record has put them meanwhile",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await files.write("stores.csv", storesFile({ id: 1 }));
      await files.write("devices.csv", devicesFile({ id: 1, store_id: 2 }));
      await ingest();
      await files.write("devices.csv", devicesFile({ id: 1, store_id: 1 }));
      await ingest();
      await files.append("stores.csv", storeRecords({ id: 2 }));

      expect(await ingest()).toMatchObject({ resolved: 0 });
      expect(await rows(placeOfDevice)).toEqual([{ store_id: 1 }]);
      expect(await states(warehouse)).toMatchObject([{ reason: "unknown_store", state: "obsolete" }]);
    }),
  );

  test(
    "move it by the newest record though that one came to wait before an older one was written",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await files.write("devices-1.csv", devicesFile({ id: 5, store_id: 90 }));
      await ingest();
      await files.write("devices-2.csv", devicesFile({ id: 5, store_id: 91 }));
      await ingest();
      await files.write("stores-1.csv", storesFile({ id: 90 }));
      expect(await ingest()).toMatchObject({ resolved: 1 });
      expect(await rows(placeOfDevice)).toEqual([{ store_id: 90 }]);
      await files.write("stores-2.csv", storesFile({ id: 91 }));

      expect(await ingest()).toMatchObject({ resolved: 1 });
      expect(await rows(placeOfDevice)).toEqual([{ store_id: 91 }]);
      expect(
        await rows("SELECT resolved_outcome AS outcome FROM operations.quarantine ORDER BY quarantine_id"),
      ).toEqual([{ outcome: "loaded" }, { outcome: "corrected" }]);
    }),
  );

  test(
    "stay where a newer record has said again that they are",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await files.write("stores-1.csv", storesFile({ id: 1 }));
      await files.write("devices-1.csv", devicesFile({ id: 6, store_id: 1 }));
      await ingest();
      await files.write("devices-2.csv", devicesFile({ id: 6, store_id: 92 }));
      await ingest();
      await files.write("devices-3.csv", devicesFile({ id: 6, store_id: 1 }));
      expect(await ingest()).toMatchObject({ already_present: 1 });
      await files.write("stores-2.csv", storesFile({ id: 92 }));

      expect(await ingest()).toMatchObject({ resolved: 0 });
      expect(await rows(placeOfDevice)).toEqual([{ store_id: 1 }]);
      expect(await states(warehouse)).toMatchObject([{ reason: "unknown_store", state: "obsolete" }]);
    }),
  );

  test(
    "follow each other within a run as its files do, by path",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await files.write("stores-1.csv", storesFile({ id: 1 }));
      await files.write("devices-b.csv", devicesFile({ id: 7, store_id: 1 }));
      await ingest();
      // The newer of the two is in the file that the ledger has known longer.
      await files.write("devices-a.csv", devicesFile({ id: 6, store_id: 1 }));
      await files.append("devices-b.csv", deviceRecords({ id: 6, store_id: 92 }));
      await ingest();
      await files.write("stores-2.csv", storesFile({ id: 92 }));

      expect(await ingest()).toMatchObject({ resolved: 1 });
      expect(await rows(`${placeOfDevice} WHERE device_id = 6`)).toEqual([{ store_id: 92 }]);
    }),
  );
});

describe("an id that comes twice in one file, at two devices that come later", () => {
  const twice = (...more: TransactionFields[]): string =>
    transactionsFile(
      { id: 1, device_id: 1, amount: "1.00" },
      { id: 1, device_id: 7, amount: "2.00" },
      ...more,
    );
  const outcomes =
    "SELECT state::text, resolved_outcome AS outcome FROM operations.quarantine ORDER BY quarantine_id";

  test(
    "is corrected by the later line when its device is the later one; each of them is resolved",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("transactions.csv", twice());
      await warehouse.ingest();
      await writePlaces(warehouse);
      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 1, amount: "1.00" }]);
      await warehouse.files.append("devices.csv", deviceRecords({ id: 7 }));

      expect(await warehouse.ingest()).toMatchObject({ resolved: 1, corrected: 0, loaded: 1 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 7, amount: "2.00" }]);
      expect(await warehouse.rows(outcomes)).toEqual([
        { state: "resolved", outcome: "loaded" },
        { state: "resolved", outcome: "corrected" },
      ]);
    }),
  );

  test(
    "keeps the later line when its device is the earlier one; the other is obsolete",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("transactions.csv", twice());
      await warehouse.ingest();
      await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
      await warehouse.files.write("devices.csv", devicesFile({ id: 7 }));
      await warehouse.ingest();
      await warehouse.files.append("devices.csv", deviceRecords({ id: 1 }));

      expect(await warehouse.ingest()).toMatchObject({ resolved: 0 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 7, amount: "2.00" }]);
      expect(await states(warehouse)).toMatchObject([{ state: "obsolete" }, { state: "resolved" }]);
    }),
  );

  test(
    "is recognised in a copy of the file",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("transactions-1.csv", twice());
      await warehouse.files.write("transactions-2.csv", twice());
      await warehouse.ingest();
      await writePlaces(warehouse);
      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      await warehouse.files.append("devices.csv", deviceRecords({ id: 7 }));

      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 7, amount: "2.00" }]);
      const [resolved, obsolete] = [{ state: "resolved" }, { state: "obsolete" }];
      expect(await states(warehouse)).toMatchObject([obsolete, obsolete, resolved, resolved]);
    }),
  );

  test.each(["1", "1000"])("keeps what a line after both says again (chunks of %s)", (chunkRecords) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const file = twice({ id: 1, device_id: 1, amount: "1.00" });
      await warehouse.files.write("transactions.csv", spreadOut(file));
      await warehouse.ingest({ settings: { CHUNK_RECORDS: chunkRecords } });
      await warehouse.files.append("devices.csv", deviceRecords({ id: 7 }));

      expect(await warehouse.ingest()).toMatchObject({ resolved: 0 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1, device: 1, amount: "1.00" }]);
      expect(await states(warehouse)).toMatchObject([{ reason: "unknown_device", state: "obsolete" }]);
    })(),
  );
});
