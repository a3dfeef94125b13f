import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { withChunkedLoads } from "../fixtures/chunkedLoads.ts";
import {
  deviceRecords,
  devicesFile,
  storeRecords,
  storesFile,
  transactionsFile,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";

interface Version {
  readonly id: number;
  readonly value: string;
  /** Days of January 2026; null for always. */
  readonly from: number | null;
  readonly to: number | null;
  readonly is_current: boolean;
}

const DAY_OF = (column: string): string =>
  `CASE WHEN isfinite(${column}) THEN extract(day FROM ${column} AT TIME ZONE 'UTC')::integer END`;

/** Versions of stores by typology, or of devices by store and type. */
function versionsOf({ rows }: Warehouse, source: "stores" | "devices", above: number): Promise<Version[]> {
  const value = source === "stores" ? "kept.typology" : "stores.store_id || ':' || kept.device_type";
  const [key, id] = source === "stores" ? ["store_key", "store_id"] : ["device_key", "device_id"];
  const joined =
    source === "stores"
      ? ""
      : "JOIN ingestion_layer.dim_stores AS stores ON stores.store_key = kept.store_key";
  return rows<{ [Key in keyof Version]: Version[Key] }>(
    `SELECT dim.${id}::integer AS id, ${value} AS value, ${DAY_OF("valid_from")} AS "from", ${DAY_OF("valid_to")} AS "to", is_current
     FROM ingestion_layer.dim_${source}_history AS kept
     JOIN ingestion_layer.dim_${source} AS dim USING (${key}) ${joined}
     WHERE dim.${id} > $1
     ORDER BY 1, valid_from`,
    [above],
  );
}

/** What stores and devices are now. */
function currentOf({ rows }: Warehouse, source: "stores" | "devices", above: number) {
  return rows<{ id: number; value: string }>(
    source === "stores"
      ? "SELECT store_id::integer AS id, typology AS value FROM ingestion_layer.dim_stores WHERE store_id > $1 ORDER BY 1"
      : `SELECT device_id::integer AS id, store_id || ':' || device_type AS value
         FROM ingestion_layer.dim_devices JOIN ingestion_layer.dim_stores USING (store_key) WHERE device_id > $1 ORDER BY 1`,
    [above],
  );
}

interface Statement {
  readonly id: number;
  readonly value: string;
  readonly day: number;
  readonly path: string;
  readonly line: number;
}

/** The versions that statements make, from all of them at once: the oracle has no shortcut and no order of arrival. */
function versionsFrom(statements: readonly Statement[]): Version[] {
  const ids = [...new Set(statements.map(({ id }) => id))].sort((a, b) => a - b);
  return ids.flatMap((id) => {
    const byDay = new Map<number, Statement>();
    const own = statements.filter((one) => one.id === id);
    for (const one of own.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1)))
      byDay.set(one.day, one);
    const said = [...byDay.values()].sort((a, b) => a.day - b.day);
    const changes = said.filter(({ value }, place) => value !== said[place - 1]?.value);
    return changes.map(({ value, day }, place) => ({
      ...{ id, value, from: place === 0 ? null : day, to: changes[place + 1]?.day ?? null },
      is_current: place === changes.length - 1,
    }));
  });
}

const record = fc.record({ id: fc.integer({ min: 1, max: 3 }), value: fc.constantFrom("1", "2") });
const file = fc.record({
  source: fc.constantFrom<("stores" | "devices")[]>("stores", "devices"),
  day: fc.integer({ min: 1, max: 5 }),
  chunks: fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
});

test(
  "the versions of stores and devices are those of all that was said, whatever order and pieces it comes in",
  inWarehouse(async (warehouse) => {
    await warehouse.files.write("stores.csv", storesFile({ id: 1 }, { id: 2 }));
    await warehouse.ingest();
    let cases = 0;
    await withChunkedLoads(warehouse, async (load) => {
      await fc.assert(
        fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 6 }), async (files) => {
          cases += 1;
          const above = cases * 100;
          const statements = { stores: [] as Statement[], devices: [] as Statement[] };
          for (const [index, { source, day, chunks }] of files.entries()) {
            const path = `${source}-${cases}-${(index * 7) % 10}-${index}.csv`;
            let line = 1;
            const texts = chunks.map((records) =>
              records
                .map(({ id, value }) => {
                  line += 1;
                  const of = { id: above + id, day, path, line };
                  if (source === "stores") {
                    statements.stores.push({ ...of, value });
                    return storeRecords({ id: of.id, typology: value });
                  }
                  // Devices move between two stores, and change their type.
                  statements.devices.push({ ...of, value: `${value}:${value}` });
                  return deviceRecords({ id: of.id, store_id: value, type: value });
                })
                .join(""),
            );
            await load(path, texts, new Date(Date.UTC(2026, 0, day)), source);
          }
          for (const source of ["stores", "devices"] as const) {
            const expected = versionsFrom(statements[source]);
            expect(await versionsOf(warehouse, source, above)).toEqual(expected);
            const current = expected.filter(({ is_current }) => is_current);
            expect(await currentOf(warehouse, source, above)).toEqual(
              current.map(({ id, value }) => ({ id, value })),
            );
          }
          expect(await warehouse.verify()).toEqual([]);
        }),
        { numRuns: trials({ quick: 8, all: 1_000 }) },
      );
    });
  }),
  HOURS_FOR_ALL,
);

test(
  "a device that waited for its store is the newer version where its line is after another one of its chunk",
  inWarehouse(async ({ files, ingest, rows }) => {
    await files.write("stores-2026-01-01.csv", storesFile({ id: 3 }));
    const devices = devicesFile({ id: 2, store_id: 3 }, { id: 2, store_id: 2 }, { id: 9, store_id: 3 });
    await files.write("devices-2026-01-02.csv", devices);
    await ingest();
    await files.write("stores-2026-01-03.csv", storesFile({ id: 2 }, { id: 3 }));
    await ingest();

    expect(
      await rows(
        `SELECT store_id::integer FROM ingestion_layer.dim_devices_history AS kept
         JOIN ingestion_layer.dim_devices USING (device_key)
         JOIN ingestion_layer.dim_stores AS stores ON stores.store_key = kept.store_key
         WHERE device_id = 2`,
      ),
    ).toEqual([{ store_id: 2 }]);
  }),
);

test(
  "a device that waited for its store is the newer version where its line is after one that says what an older file said",
  inWarehouse(async (warehouse) => {
    const { files, ingest, rows } = warehouse;
    await files.write("stores_2026-01-01.csv", storesFile({ id: 1 }));
    await files.write("devices_2026-01-01.csv", devicesFile({ id: 1, store_id: 1, type: 1 }));
    const devices = devicesFile(
      { id: 1, store_id: 1, type: 1 },
      { id: 1, store_id: 9, type: 2 },
      { id: 8, store_id: 1, type: 1 },
    );
    await files.write("devices_2026-01-02.csv", devices);
    await ingest();
    await files.write("stores_2026-01-03.csv", storesFile({ id: 1 }, { id: 9 }));

    expect(await ingest()).toMatchObject({ resolved: 1 });
    expect(await rows("SELECT device_type FROM ingestion_layer.dim_devices WHERE device_id = 1")).toEqual([
      { device_type: 2 },
    ]);
    expect((await versionsOf(warehouse, "devices", 0)).filter(({ id }) => id === 1)).toEqual([
      { id: 1, value: "1:1", from: null, to: 2, is_current: false },
      { id: 1, value: "9:2", from: 2, to: null, is_current: true },
    ]);
  }),
);

test(
  "a device that waited for its store is a version of its time where others of its chunk were read, and something came later",
  inWarehouse(async (warehouse) => {
    const { files, ingest } = warehouse;
    await files.write("stores-2026-01-01.csv", storesFile({ id: 1 }, { id: 2 }));
    await files.write("devices-2026-01-01.csv", devicesFile({ id: 3, store_id: 1, type: 1 }));
    const at = (store: number) => ({ id: 3, store_id: store, type: 1 });
    await files.write("devices-2026-01-02.csv", devicesFile(at(1), at(9), { id: 4, store_id: 1 }));
    await files.write("devices-2026-01-03.csv", devicesFile(at(2)));
    await ingest();
    await files.write("stores-2026-01-04.csv", storesFile({ id: 1 }, { id: 2 }, { id: 9 }));
    await ingest();

    expect((await versionsOf(warehouse, "devices", 0)).filter(({ id }) => id === 3)).toEqual([
      { id: 3, value: "1:1", from: null, to: 2, is_current: false },
      { id: 3, value: "9:1", from: 2, to: 3, is_current: false },
      { id: 3, value: "2:1", from: 3, to: null, is_current: true },
    ]);
  }),
);

test.each([
  ["after others", [{ id: 7, store_id: 1 }]],
  ["as the only one", []],
])(
  "a device that waited for its store at the end of a file without a line end, %s, still says what a later version said before",
  (_where, others) =>
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      const same = { id: 3, store_id: 2, type: 1 };
      await files.write("devices-2026-01-01.csv", devicesFile(same));
      await files.write("devices-2026-01-03.csv", devicesFile(...others, same).trimEnd());
      await ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      await files.write("stores-2026-01-01.csv", storesFile({ id: 1 }, { id: 2 }));
      await ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      await files.write("devices-2026-01-02.csv", devicesFile({ ...same, store_id: 1 }));

      await ingest();

      expect((await versionsOf(warehouse, "devices", 0)).filter(({ id }) => id === 3)).toEqual([
        { id: 3, value: "2:1", from: null, to: 2, is_current: false },
        { id: 3, value: "1:1", from: 2, to: 3, is_current: false },
        { id: 3, value: "2:1", from: 3, to: null, is_current: true },
      ]);
    })(),
);

const sale = (id: number, happenedAt: string, device = 1) => ({
  id,
  device_id: device,
  happened_at: happenedAt,
  amount: "10.00",
});

describe("things as they were", () => {
  test(
    "a sale counts for the store that its device stood in when it happened, and for what that store was then",
    inWarehouse(async (warehouse) => {
      const { files } = warehouse;
      await files.write(
        "stores_2026-01-01.csv",
        storesFile(
          { id: 1, typology: "Florist", country: "France" },
          { id: 2, typology: "Hotel", country: "Peru" },
        ),
      );
      await files.write("devices_2026-01-01.csv", devicesFile({ id: 1, store_id: 1, type: 4 }));
      await files.write("transactions-1.csv", transactionsFile(sale(1, "01/05/2026 10:00:00")));
      await warehouse.ingest();
      await files.write(
        "stores_2026-02-01.csv",
        storesFile({ id: 1, typology: "Beauty", country: "France" }, { id: 2 }),
      );
      await files.write("devices_2026-02-01.csv", devicesFile({ id: 1, store_id: 2, type: 5 }));
      await files.write(
        "transactions-2.csv",
        // The first of them is late: its device has moved since.
        transactionsFile(sale(2, "01/06/2026 10:00:00"), sale(3, "02/03/2026 10:00:00")),
      );
      await warehouse.ingest();

      expect(await warehouse.view("top_10_stores_by_amount")).toMatchObject([
        { store_id: 2, transactions: 2 },
        { store_id: 1, transactions: 1 },
      ]);
      expect(await warehouse.view("top_10_stores_by_amount_as_was")).toMatchObject([
        { store_id: 1, transactions: 2 },
        { store_id: 2, transactions: 1 },
      ]);
      expect(await warehouse.view("average_amount_by_typology_and_country_as_was")).toMatchObject([
        { typology: "Florist", country: "Belgium", transactions: 1 },
        { typology: "Florist", country: "France", transactions: 2 },
      ]);
      expect(await warehouse.view("transaction_share_by_device_type_as_was")).toMatchObject([
        { device_type: 4, transactions: 2 },
        { device_type: 5, transactions: 1 },
      ]);
    }),
  );

  test(
    "are as they are now where nothing has changed",
    inWarehouse(async (warehouse) => {
      for (const name of ["stores.csv", "devices.csv", "transactions.csv"])
        await warehouse.files.copy(fileURLToPath(new URL(`../../data/${name}`, import.meta.url)));
      await warehouse.ingest();

      for (const name of [
        "top_10_stores_by_amount",
        "average_amount_by_typology_and_country",
        "transaction_share_by_device_type",
      ])
        expect(await warehouse.view(`${name}_as_was`)).toEqual(await warehouse.view(name));
    }),
  );
});

describe("a store that is not in a snapshot", () => {
  const gone = ({ rows }: Warehouse) =>
    rows<{ id: number; gone: string | null }>(
      `SELECT store_id::integer AS id, to_char(gone_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS gone
       FROM ingestion_layer.dim_stores ORDER BY 1`,
    );

  test(
    "is marked as gone since then, and not lost; the mark goes when it is back",
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await files.write("stores_2026-01-01.csv", storesFile({ id: 1 }, { id: 2 }));
      await ingest();
      await files.write("stores_2026-01-03.csv", storesFile({ id: 1 }));
      await ingest();
      expect(await gone(warehouse)).toEqual([
        { id: 1, gone: null },
        { id: 2, gone: "2026-01-03" },
      ]);
      // It was gone before that, as comes to light later.
      await files.write("stores_2026-01-02.csv", storesFile({ id: 1 }));
      await ingest();
      expect(await gone(warehouse)).toMatchObject([{ gone: null }, { gone: "2026-01-02" }]);
      await files.write("stores_2026-01-04.csv", storesFile({ id: 1 }, { id: 2 }));
      await ingest();
      expect(await gone(warehouse)).toMatchObject([{ gone: null }, { gone: null }]);
    }),
  );

  test(
    "is marked also where the snapshot came before the first file that it is in",
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await files.write("stores_2026-01-03.csv", storesFile({ id: 1 }));
      await ingest();
      await files.write("stores_2026-01-01.csv", storesFile({ id: 1 }, { id: 2 }));
      await ingest();
      expect(await gone(warehouse)).toEqual([
        { id: 1, gone: null },
        { id: 2, gone: "2026-01-03" },
      ]);
      // Said to be of a day before, as a file without one in its name may be.
      await files.write("stores-more.csv", storesFile({ id: 3 }));
      await ingest({ asOf: new Date("2026-01-02") });
      expect(await gone(warehouse)).toMatchObject([{ gone: null }, {}, { gone: "2026-01-03" }]);
    }),
  );

  test(
    "is not marked by a snapshot that ends in it without a line end",
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await files.write("stores_2026-01-01.csv", storesFile({ id: 1 }));
      await ingest();
      await files.write("stores_2026-01-02.csv", storesFile({ id: 1 }).trimEnd());
      await ingest();
      expect(await gone(warehouse)).toEqual([{ id: 1, gone: null }]);
    }),
  );

  test(
    "is not marked by a file that is of no day, nor where its line was rejected",
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await files.write("stores_2026-01-01.csv", storesFile({ id: 1 }, { id: 2 }));
      await files.write("stores-more.csv", storesFile({ id: 3 }));
      await ingest();
      await files.write("stores_2026-01-02.csv", storesFile({ id: 1 }, { id: 2, name: "" }, { id: 3 }));
      await ingest({ settings: { MAX_REJECT_RATIO: "1" } });

      expect(await gone(warehouse)).toMatchObject([{ gone: null }, { gone: null }, { gone: null }]);
    }),
  );
});

test(
  "a device that waited for its store is what it was from the day that its file is of",
  inWarehouse(async (warehouse) => {
    const { files, ingest } = warehouse;
    await files.write("stores.csv", storesFile({ id: 1 }));
    await files.write("devices_2026-01-01.csv", devicesFile({ id: 1, store_id: 1, type: 1 }));
    await files.write("devices_2026-01-02.csv", devicesFile({ id: 1, store_id: 9, type: 1 }));
    await files.write("devices_2026-01-03.csv", devicesFile({ id: 1, store_id: 1, type: 1 }));
    await ingest();
    await files.write("stores-9.csv", storesFile({ id: 9 }));

    expect(await ingest()).toMatchObject({ resolved: 0 });
    expect(await versionsOf(warehouse, "devices", 0)).toEqual([
      { id: 1, value: "1:1", from: null, to: 2, is_current: false },
      { id: 1, value: "9:1", from: 2, to: 3, is_current: false },
      { id: 1, value: "1:1", from: 3, to: null, is_current: true },
    ]);
  }),
);
