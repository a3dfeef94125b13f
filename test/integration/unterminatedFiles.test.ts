import { describe, expect, test } from "@jest/globals";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  deviceRecords,
  devicesFile,
  storesFile,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { warningKinds } from "../fixtures/ingestJson.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const withoutEnd = (text: string): string => text.slice(0, -1);

/** What the ledger says of the file: how far it is committed, and how far it was read. */
async function ledgerOf({ rows }: Warehouse, path = NAME) {
  const [ledger] = await rows<{ committed: number; unterminated: number; lines: number }>(
    `SELECT committed_bytes::integer AS committed, unterminated_bytes::integer AS unterminated,
       committed_lines::integer AS lines
     FROM operations.source_files WHERE path = $1 AND status <> 'replaced'`,
    [path],
  );
  return ledger;
}

const happenedAt = ({ rows }: Warehouse, id: number) =>
  rows<{ at: string; line: number }>(
    `SELECT to_char(happened_at, 'HH24:MI:SS') AS at, source_line::integer AS line
     FROM ingestion_layer.fct_transactions WHERE transaction_id = $1`,
    [id],
  );

describe("a last line without its end", () => {
  test(
    "is loaded with a warning, and the checkpoint stays before it",
    inWarehouse(async (warehouse) => {
      const text = file({ id: 1 }, { id: 2 });
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, withoutEnd(text));

      const report = await warehouse.ingest();
      expect(report).toMatchObject({ status: "succeeded", loaded: 5, warnings: 0 });
      expect(warningKinds(report)).toEqual({ unterminated: 1 });

      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }]);
      const last = records({ id: 2 }).length;
      expect(await ledgerOf(warehouse)).toEqual({
        committed: text.length - last,
        unterminated: last - 1,
        lines: 2,
      });
      expect(warehouse.log).toContainEqual(
        expect.objectContaining({ level: "warn", message: "transactions.csv: 1 unterminated" }),
      );
    }),
  );

  test(
    "is not read again while the file stays the same, whatever its times say",
    inWarehouse(async (warehouse) => {
      const text = withoutEnd(file({ id: 1 }, { id: 2, amount: "x" }));
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, text);
      const clock = movedClock(60_000);
      await warehouse.ingest({ clock });
      const second = await warehouse.ingest({ clock });
      expect(second).toMatchObject({ records_read: 0, loaded: 0 });
      expect(second.files.map(({ status }) => status)).toEqual(["unchanged", "unchanged", "unchanged"]);

      await warehouse.files.write(NAME, text);

      expect(await warehouse.ingest()).toMatchObject({ records_read: 0, loaded: 0, rejected: 0 });
      expect(await quarantine(warehouse)).toMatchObject([{ line: 3, state: "rejected" }]);
    }),
  );

  test.each(["\n", "\r\n", "\r"])(
    "is read again when the file grows, and is there already when it was whole (%j)",
    (lineEnd) =>
      inWarehouse(async (warehouse) => {
        const lines = (text: string): string => text.replaceAll("\n", lineEnd);
        await writePlaces(warehouse);
        await warehouse.files.write(NAME, lines(withoutEnd(file({ id: 1 }, { id: 2 }))));
        await warehouse.ingest();
        await warehouse.files.append(NAME, lines(`\n${records({ id: 3 })}`));

        expect(await warehouse.ingest()).toMatchObject({
          records_read: 2,
          loaded: 1,
          already_present: 1,
          warnings: 0,
        });
        expect(await happenedAt(warehouse, 3)).toMatchObject([{ line: 4 }]);
        expect(await ledgerOf(warehouse)).toMatchObject({ unterminated: 0, lines: 4 });
      })(),
  );

  test(
    "that was cut in a value is corrected by its full version",
    inWarehouse(async (warehouse) => {
      const text = file({ id: 1 }, { id: 2, happened_at: "02/01/2022 8:10:46" });
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, text.slice(0, -1).replace(/:46$/, ":4"));
      // Seconds have two digits: such a time cannot be read, and one of minutes can.
      expect(await warehouse.ingest()).toMatchObject({ loaded: 4, rejected: 1 });
      await warehouse.files.write(NAME, text.slice(0, -1).replace(/:46$/, ""));
      const report = await warehouse.ingest();
      expect(report).toMatchObject({ records_read: 1, loaded: 1, warnings: 0 });
      expect(warningKinds(report)).toEqual({ unterminated: 1 });
      expect(await happenedAt(warehouse, 2)).toEqual([{ at: "08:10:00", line: 3 }]);

      await warehouse.files.write(NAME, text);

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, corrected: 1, rejected: 0 });
      expect(await happenedAt(warehouse, 2)).toEqual([{ at: "08:10:46", line: 3 }]);
      expect(await quarantine(warehouse)).toMatchObject([{ line: 3, state: "obsolete" }]);
    }),
  );

  test(
    "that was cut before it was a record is rejected, and loads when it is whole",
    inWarehouse(async (warehouse) => {
      const text = file({ id: 1 }, { id: 123 });
      const cut = text.length - records({ id: 123 }).length + 2;
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, text.slice(0, cut));
      // One of two records, but the other half of it may be on its way: no reason to stop the file.
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 4, rejected: 1 });
      expect(await quarantine(warehouse)).toMatchObject([
        { line: 3, reason: "column_count", state: "rejected" },
      ]);

      await warehouse.files.append(NAME, text.slice(cut));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1, rejected: 0 });
      expect(await quarantine(warehouse)).toMatchObject([{ line: 3, state: "obsolete" }]);
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 123 }]);
    }),
  );

  test(
    "is mended wherever it is cut, and as often as the file grows",
    inWarehouse(async (warehouse) => {
      const last = records({ id: 2, product_name: 'Roses,\n"red"', amount: "749.50" });
      const whole = file({ id: 1 }) + last + records({ id: 3 });
      await writePlaces(warehouse);
      for (let end = file({ id: 1 }).length; end <= whole.length; end += 7) {
        await warehouse.files.write(NAME, whole.slice(0, end));
        await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
        expect(await warehouse.verify()).toEqual([]);
      }
      await warehouse.files.write(NAME, whole);
      await warehouse.ingest();

      expect(await facts(warehouse)).toMatchObject([
        { id: 1 },
        { id: 2, name: 'Roses,\n"red"', amount: "749.50" },
        { id: 3 },
      ]);
      expect(new Set((await quarantine(warehouse)).map(({ state }) => state))).toEqual(new Set(["obsolete"]));
    }),
  );

  test(
    "inside a quoted field is the whole record of that field",
    inWarehouse(async (warehouse) => {
      const text = storesFile({ id: 1 }, { id: 2, address: "1 Main Street\nBackyard" });
      const cut = text.indexOf("Backyard");
      await warehouse.files.write("stores.csv", text.slice(0, cut));
      const report = await warehouse.ingest();
      expect(report).toMatchObject({ loaded: 1, rejected: 1, warnings: 0 });
      expect(warningKinds(report)).toEqual({ unterminated: 1 });

      await warehouse.files.append("stores.csv", text.slice(cut));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1, rejected: 0 });
      expect(
        await warehouse.rows("SELECT address FROM ingestion_layer.dim_stores ORDER BY store_id"),
      ).toEqual([{ address: "1 Main Street" }, { address: "1 Main Street\nBackyard" }]);
    }),
  );

  test(
    "whose card was cut has its token mended",
    inWarehouse(async (warehouse) => {
      const header =
        "id,device_id,product_name,product_sku,category_name,amount,status,created_at,happened_at";
      const sale = "1,1,Tulips,A,Flowers,5,accepted,02/01/2022 9:00:00,02/01/2022 9:00:00";
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, `${header},card_number\n${sale},4111111111111`);
      await warehouse.ingest();
      await warehouse.files.append(NAME, "234\n");

      expect(await warehouse.ingest()).toMatchObject({ corrected: 1 });
      const last4 = "SELECT card_last4 FROM ingestion_layer.fct_transactions";
      expect(await warehouse.rows(last4)).toEqual([{ card_last4: "1234" }]);
    }),
  );

  test(
    "of a device corrects the device",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("stores.csv", storesFile({ id: 5 }, { id: 52 }));
      await warehouse.files.write("devices.csv", devicesFile({ id: 1, store_id: 52 }).slice(0, -2));
      const report = await warehouse.ingest();
      expect(report).toMatchObject({ loaded: 3, warnings: 0 });
      expect(warningKinds(report)).toEqual({ unterminated: 1 });
      await warehouse.files.append("devices.csv", `2\n${deviceRecords({ id: 2, store_id: 5 })}`);

      expect(await warehouse.ingest()).toMatchObject({ corrected: 1, loaded: 1 });
      const stores =
        "SELECT store_id::integer AS store FROM ingestion_layer.dim_devices JOIN ingestion_layer.dim_stores USING (store_key) ORDER BY device_id";
      expect(await warehouse.rows(stores)).toEqual([{ store: 52 }, { store: 5 }]);
    }),
  );

  test(
    "of a device that has versions of other days is the version of its day as it was read last",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      const write = (day: number, ...devices: Parameters<typeof devicesFile>) =>
        files.write(`devices-2026-01-0${day}.csv`, devicesFile(...devices));
      await files.write("stores.csv", storesFile({ id: 1 }, { id: 3 }));
      await files.write("devices-2026-01-03.csv", withoutEnd(devicesFile({ id: 3, store_id: 2 })));
      await ingest();
      // It waited for its store.
      await files.write("stores-2.csv", storesFile({ id: 2 }));
      await ingest();
      await write(1, { id: 4, store_id: 2 }, { id: 3, store_id: 3 });
      await ingest();
      await write(2, { id: 4, type: 2 }, { id: 3, type: 2, store_id: 3 });
      await write(3, { id: 3, store_id: 1 }, { id: 2, store_id: 1 }, { id: 4, type: 2 });
      expect(await ingest()).toMatchObject({ status: "succeeded" });

      expect(
        await rows(
          `SELECT store_id::integer AS store, to_char(valid_to AT TIME ZONE 'UTC', 'FMDD') AS to_day, is_current
           FROM ingestion_layer.dim_devices_history JOIN ingestion_layer.dim_devices AS devices USING (device_key)
           JOIN ingestion_layer.dim_stores AS stores ON stores.store_key = dim_devices_history.store_key
           WHERE device_id = 3 ORDER BY valid_from`,
        ),
      ).toEqual([
        { store: 3, to_day: "2", is_current: false },
        { store: 3, to_day: "3", is_current: false },
        { store: 1, to_day: null, is_current: true },
      ]);
    }),
  );

  test(
    "that waited for its device is read again all the same",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, withoutEnd(file({ id: 1, device_id: 7 })));
      expect(await warehouse.ingest()).toMatchObject({ rejected: 1 });
      await warehouse.files.append("devices.csv", deviceRecords({ id: 7 }));
      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      await warehouse.files.append(NAME, "\n");

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, already_present: 1 });
      expect(await quarantine(warehouse)).toMatchObject([{ state: "resolved" }]);
    }),
  );
});

describe("a last line without its end whose last column is the id", () => {
  const devices = (text: string): string => `type,store_id,id\n1,1,12\n${text}`;
  const ids = ({ rows }: Warehouse) =>
    rows("SELECT device_id::integer AS id FROM ingestion_layer.dim_devices ORDER BY 1");

  test(
    "waits for its end, since half an id is another record's",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
      await warehouse.files.write("devices.csv", devices("2,1,12"));
      const report = await warehouse.ingest();
      expect(report).toMatchObject({ loaded: 2, rejected: 1, warnings: 0 });
      expect(warningKinds(report)).toEqual({ unterminated: 1 });
      expect(await quarantine(warehouse)).toMatchObject([{ line: 3, reason: "unterminated_id" }]);

      await warehouse.files.write("devices.csv", devices("2,1,123\n"));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1, corrected: 0 });
      expect(await ids(warehouse)).toEqual([{ id: 12 }, { id: 123 }]);
    }),
  );

  test(
    "is taken when the id is quoted, and so whole",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
      await warehouse.files.write("devices.csv", devices('2,1,"123"'));

      const report = await warehouse.ingest();
      expect(report).toMatchObject({ loaded: 3, rejected: 0, warnings: 0 });
      expect(warningKinds(report)).toEqual({ unterminated: 1 });
    }),
  );
});

test(
  "a header without its line end is read again when the file grows",
  inWarehouse(async (warehouse) => {
    await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
    await warehouse.files.write("devices.csv", "id,type,store_id");
    expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 1 });
    await warehouse.files.append("devices.csv", ",note\n1,1,1,x\n");

    expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1 });
    const rows = "SELECT FROM operations.source_files WHERE source = 'devices'";
    expect(await warehouse.rows(rows)).toHaveLength(1);
  }),
);

test(
  "a file that was committed to the end of a last line without its end, by an older version, is read anew",
  inWarehouse(
    async (warehouse) => {
      const text = withoutEnd(file({ id: 1 }));
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, text);
      await warehouse.ingest();
      await warehouse.rows(
        `UPDATE operations.source_files SET committed_bytes = committed_bytes + unterminated_bytes,
           committed_lines = committed_lines + 1, committed_digest = unterminated_digest, unterminated_bytes = 0,
           unterminated_digest = NULL
         WHERE path = $1`,
        [NAME],
      );
      await warehouse.files.append(NAME, `.5\n${records({ id: 2 })}`);

      const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      expect(report).toMatchObject({ records_read: 2, loaded: 1, corrected: 1 });
    },
    { tampered: true },
  ),
);
