import { describe, expect, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";

/** So many that the sets of their ids have hundreds of runs. */
const RECORDS = 1_500;
const EVERY = 7;
const RECORDS_NOT_READ = Math.floor(RECORDS / EVERY);
/** Ids with gaps between them, in no order. */
const IDS = Array.from({ length: RECORDS }, (_, index) => 1 + ((index * 727) % RECORDS) * 3);

/** A file of a day; where `breaks`, each seventh line has an id that nobody can read. */
type FileOfDay = (value: number, breaks: boolean) => string;

const idOf = (id: number, index: number, breaks: boolean): number | string =>
  breaks && index % EVERY === EVERY - 1 ? `x${id}` : id;

const SOURCES = {
  stores: (value, breaks) =>
    storesFile(...IDS.map((id, index) => ({ id: idOf(id, index, breaks), name: `Shop ${value}` }))),
  devices: (value, breaks) =>
    devicesFile(...IDS.map((id, index) => ({ id: idOf(id, index, breaks), type: value }))),
  transactions: (value, breaks) =>
    transactionsFile(...IDS.map((id, index) => ({ id: idOf(id, index, breaks), amount: value }))),
} satisfies Record<string, FileOfDay>;

describe("what a later day has said again of many, with lines between that could not be read", () => {
  test.each(Object.keys(SOURCES) as (keyof typeof SOURCES)[])(
    "stays, of %s, whatever an earlier day says",
    (source) =>
      withWarehouse(async (warehouse) => {
        const { files, ingest, verify } = warehouse;
        const loadDay = (day: number, text: string) =>
          files
            .write(`${source}-2026-01-0${day}.csv`, text)
            .then(() => ingest({ settings: { MAX_REJECT_RATIO: "1" } }));
        if (source !== "stores") await files.write("stores.csv", storesFile({ id: 1 }));
        if (source === "transactions") await files.write("devices.csv", devicesFile({ id: 1 }));
        const fileOf: FileOfDay = SOURCES[source];

        await loadDay(1, fileOf(1, false));
        expect(await loadDay(3, fileOf(1, true))).toMatchObject({
          already_present: RECORDS - RECORDS_NOT_READ,
          rejected: RECORDS_NOT_READ,
        });
        // It is said after the first day and before the third.
        expect(await loadDay(2, fileOf(2, false))).toMatchObject({
          superseded: RECORDS - RECORDS_NOT_READ,
          corrected: RECORDS_NOT_READ,
          rejected: 0,
        });
        expect(await verify()).toEqual([]);
      }),
  );
});
