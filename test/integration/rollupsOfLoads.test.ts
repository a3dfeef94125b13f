import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { device } from "../fixtures/histories.ts";
import { createFactViews } from "../fixtures/factViews.ts";
import {
  deviceRecords,
  DEVICES_HEADER,
  MEGABYTE_OF_BLANK_LINES,
  storeRecords,
  STORES_HEADER,
  transactionRecords,
  TRANSACTIONS_HEADER,
} from "../fixtures/sourceText.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";
import { trials } from "../fixtures/trials.ts";

/** Few values each, so that sales meet: an id again corrects the fact within its file, and is refused from another. */
const transaction = fc.record({
  id: fc.integer({ min: 1, max: 60 }),
  device_id: fc.integer({ min: 1, max: 4 }),
  product_sku: fc.constantFrom("A", "B", "C"),
  product_name: fc.constantFrom("One", "Two"),
  amount: fc.constantFrom("0.00", "0.01", "19.99", "99999999999.99"),
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constant("accepted") },
    fc.constantFrom("refused", "cancelled"),
  ),
  happened_at: fc.integer({ min: 1, max: 28 }).map((day) => `02/${day}/2022 0${day % 3}:00:00`),
});
/** Many sales of one device alike, so that a store has more than are listed of it, or loses those that are. */
const wave = fc
  .record({
    first: fc.integer({ min: 1, max: 15 }),
    sales: fc.integer({ min: 15, max: 45 }),
    device_id: fc.constantFrom(1, 1, 3),
    status: fc.constantFrom("accepted", "accepted", "refused"),
  })
  .map(({ first, sales, device_id, status }) =>
    Array.from({ length: sales }, (_, index) => ({
      id: first + index,
      device_id,
      status,
      happened_at: `02/${1 + Math.floor((first + index) / 3)}/2022 06:00:00`,
    })),
  );
const store = fc.record({
  id: fc.integer({ min: 1, max: 3 }),
  typology: fc.constantFrom("Hotel", "Florist"),
  created_at: fc.constantFrom("01/01/2021 00:00:00", "02/14/2022 12:00:00"),
});

/** What comes to a file before a run: records, that begin the file or that it grows by. */
const arrival = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      source: fc.constant("transactions" as const),
      file: fc.constantFrom(1, 1, 2),
      // Pieces lie so far apart in the file that they are chunks of their own.
      pieces: fc.array(
        fc
          .oneof(fc.array(transaction, { minLength: 1, maxLength: 40 }), wave)
          .map((r) => transactionRecords(...r)),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      source: fc.constant("devices" as const),
      file: fc.constant(1),
      pieces: fc.array(device, { minLength: 1, maxLength: 4 }).map((r) => [deviceRecords(...r)]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      source: fc.constant("stores" as const),
      file: fc.constant(1),
      pieces: fc.array(store, { minLength: 1, maxLength: 3 }).map((r) => [storeRecords(...r)]),
    }),
  },
);
const runs = fc.array(fc.array(arrival, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });

/** Most histories begin with places, so that most sales load at once. */
const places = fc.boolean();
const HEADERS = { stores: STORES_HEADER, devices: DEVICES_HEADER, transactions: TRANSACTIONS_HEADER };

test(
  "whatever is loaded, corrected or comes late, the views say what the fact says, and verify finds nothing",
  () =>
    withWarehouse(async (warehouse) => {
      const views = await createFactViews(warehouse);
      const { files, ingest, verify } = warehouse;
      await fc.assert(
        fc.asyncProperty(
          runs,
          places,
          fc.constantFrom("1", "30", "1000"),
          async (history, hasPlaces, size) => {
            await emptyWarehouse(warehouse);
            const settings = { CHUNK_RECORDS: size, MAX_REJECT_RATIO: "1" };
            const begun = new Set<string>();
            const add = async (source: keyof typeof HEADERS, file: number, pieces: readonly string[]) => {
              const name = `${source}-${file}.csv`;
              const text = pieces.join(MEGABYTE_OF_BLANK_LINES);
              if (begun.has(name)) await files.append(name, text);
              else await files.write(name, HEADERS[source] + text);
              begun.add(name);
            };
            if (hasPlaces) {
              await add("stores", 1, [storeRecords({ id: 1 }, { id: 2, typology: "Hotel" })]);
              await add("devices", 1, [deviceRecords({ id: 1 }, { id: 2, type: 2 }, { id: 3, store_id: 2 })]);
            }
            for (const arrivals of history) {
              for (const { source, file, pieces } of arrivals) await add(source, file, pieces);
              await ingest({ settings });
              expect(await verify()).toEqual([]);
              expect(await views.answers()).toEqual(await views.ofFacts());
            }
          },
        ),
        // A history takes seconds: what is found is shown as it was found.
        { numRuns: trials({ quick: 4, all: 200 }), endOnFailure: true },
      );
    }),
  3_600_000,
);
