import { describe, expect, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";

/** So many that the sets of their ids have hundreds of runs: asked for as a set, and as all between the first and the last. */
const SIZES = [300, 1_500];
const EVERY = 7;
/** Ids with gaps between them, in no order. */
const idsOf = (records: number): number[] =>
  Array.from({ length: records }, (_, index) => 1 + ((index * 727) % records) * 3);

/** A file of a day; where `breaks`, each seventh line has an id that nobody can read. */
type FileOfDay = (ids: readonly number[], value: number, breaks: boolean) => string;

const idOf = (id: number, index: number, breaks: boolean): number | string =>
  breaks && index % EVERY === EVERY - 1 ? `x${id}` : id;

const SOURCES = {
  stores: (ids, value, breaks) =>
    storesFile(...ids.map((id, index) => ({ id: idOf(id, index, breaks), name: `Shop ${value}` }))),
  devices: (ids, value, breaks) =>
    devicesFile(...ids.map((id, index) => ({ id: idOf(id, index, breaks), type: value }))),
  transactions: (ids, value, breaks) =>
    transactionsFile(...ids.map((id, index) => ({ id: idOf(id, index, breaks), amount: value }))),
} satisfies Record<string, FileOfDay>;

describe("what a later day has said again of many, with lines between that could not be read", () => {
  test.each(
    (Object.keys(SOURCES) as (keyof typeof SOURCES)[]).flatMap((source) =>
      SIZES.map((records) => [records, source] as const),
    ),
  )("stays, of %d %s, whatever an earlier day says", (records, source) =>
    withWarehouse(async (warehouse) => {
      const notRead = Math.floor(records / EVERY);
      const { files, ingest, verify } = warehouse;
      const loadDay = (day: number, text: string) =>
        files
          .write(`${source}-2026-01-0${day}.csv`, text)
          .then(() => ingest({ settings: { MAX_REJECT_RATIO: "1" } }));
      if (source !== "stores") await files.write("stores.csv", storesFile({ id: 1 }));
      if (source === "transactions") await files.write("devices.csv", devicesFile({ id: 1 }));
      const fileOf: FileOfDay = SOURCES[source];
      const ids = idsOf(records);

      await loadDay(1, fileOf(ids, 1, false));
      expect(await loadDay(3, fileOf(ids, 1, true))).toMatchObject({
        already_present: records - notRead,
        rejected: notRead,
      });
      // It is said after the first day and before the third.
      expect(await loadDay(2, fileOf(ids, 2, false))).toMatchObject({
        superseded: records - notRead,
        corrected: notRead,
        rejected: 0,
      });
      expect(await verify()).toEqual([]);
    }),
  );
});
