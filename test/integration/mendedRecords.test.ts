import { describe, expect, test } from "@jest/globals";
import { quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  devicesFile,
  storesFile,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const ANY_SHARE = { settings: { MAX_REJECT_RATIO: "1" } };
const states = async (warehouse: Warehouse) =>
  (await quarantine(warehouse)).map(({ key, reason, state }) => ({ key, reason, state }));

describe("a rejected record", () => {
  test(
    "is obsolete once its file is mended, and is not counted as resolved",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", file({ id: 1, amount: "x" }, { id: "?" }, { id: 3 }));
      await warehouse.ingest(ANY_SHARE);
      await warehouse.files.write("transactions.csv", file({ id: 1 }, { id: 2 }, { id: 3 }));

      expect(await warehouse.ingest(ANY_SHARE)).toMatchObject({ loaded: 2, rejected: 0, resolved: 0 });
      expect(await states(warehouse)).toEqual([
        { key: 1, reason: "bad_amount", state: "obsolete" },
        { key: null, reason: "bad_whole_number", state: "obsolete" },
      ]);
    }),
  );

  test(
    "is closed with the file that other bytes replaced; what is still wrong is in quarantine anew",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", file({ id: 1, amount: "x" }, { id: 2, amount: "y" }));
      await warehouse.ingest(ANY_SHARE);
      await warehouse.files.write(
        "transactions.csv",
        file({ id: 1, amount: "1.00" }, { id: 2, amount: "y" }),
      );
      await warehouse.ingest(ANY_SHARE);

      expect(await states(warehouse)).toEqual([
        { key: 1, reason: "bad_amount", state: "obsolete" },
        { key: 2, reason: "bad_amount", state: "obsolete" },
        { key: 2, reason: "bad_amount", state: "rejected" },
      ]);
    }),
  );

  test.each([
    ["another file", "transactions-2.csv"],
    ["the same file, which has grown", "transactions.csv"],
  ])("is obsolete once a record with its id is loaded from %s; those of other ids stay", (_where, name) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", file({ id: 1, amount: "x" }, { id: 2, amount: "x" }));
      await warehouse.ingest(ANY_SHARE);
      const mended = { id: 1 };
      if (name === "transactions.csv") await warehouse.files.append(name, records(mended));
      else await warehouse.files.write(name, file(mended));

      expect(await warehouse.ingest(ANY_SHARE)).toMatchObject({ loaded: 1, resolved: 0 });
      expect(await states(warehouse)).toEqual([
        { key: 1, reason: "bad_amount", state: "obsolete" },
        { key: 2, reason: "bad_amount", state: "rejected" },
      ]);
    })(),
  );

  test(
    "is obsolete once one with its id, which had to wait, has loaded; a newer one is not",
    inWarehouse(async (warehouse) => {
      for (const [number, amount] of ["x", "1.00", "y"].entries()) {
        await warehouse.files.write(`transactions-${number}.csv`, file({ id: 1, amount }));
        await warehouse.ingest(ANY_SHARE);
      }
      await writePlaces(warehouse);

      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      expect(await states(warehouse)).toEqual([
        { key: 1, reason: "bad_amount", state: "obsolete" },
        { key: 1, reason: "unknown_device", state: "resolved" },
        { key: 1, reason: "bad_amount", state: "rejected" },
      ]);
    }),
  );

  test(
    "of stores and devices is obsolete likewise, each by its own source",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("stores.csv", storesFile({ id: 1, created_at: "never" }));
      await warehouse.files.write("devices.csv", devicesFile({ id: 1, type: "x" }));
      await warehouse.files.write("transactions.csv", file({ id: 1, amount: "x" }));
      await warehouse.ingest(ANY_SHARE);
      await warehouse.files.write("stores-2.csv", storesFile({ id: 1 }));
      await warehouse.ingest(ANY_SHARE);
      const reasons = async () => (await states(warehouse)).map(({ reason, state }) => [reason, state]);
      const ofDevice = (state: string) => ["bad_whole_number", state];
      const ofStore = ["bad_timestamp", "obsolete"];
      const ofTransaction = ["bad_amount", "rejected"];
      expect(await reasons()).toEqual([ofDevice("rejected"), ofStore, ofTransaction]);
      await warehouse.files.write("devices-2.csv", devicesFile({ id: 1 }));
      await warehouse.ingest(ANY_SHARE);

      expect(await reasons()).toEqual([ofDevice("obsolete"), ofStore, ofTransaction]);
    }),
  );
});
