import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  spreadOut,
  transactionRecords as records,
  transactionsFile as file,
  type TransactionFields,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const SETTINGS = { CHUNK_RECORDS: "1", MAX_REJECT_RATIO: "1" };
/** Each with a warning. */
const CARD = { card_number: "4,50823E+15" };

const sales = (...ids: readonly number[]): TransactionFields[] => ids.map((id) => ({ id, ...CARD }));

/** Loads, and does something once when so many records of the file are committed by the run. */
async function loadWhile(warehouse: Warehouse, acts: Readonly<Record<number, (path: string) => unknown>>) {
  const path = join(warehouse.files.path, NAME);
  const left = new Map(Object.entries(acts));
  const report = await warehouse.ingest({
    settings: SETTINGS,
    onProgress: (progress) => {
      if (progress.path !== NAME) return;
      const records = String(progress.records);
      left.get(records)?.(path);
      // Blank lines may be a chunk of their own, after which there are as many.
      left.delete(records);
    },
  });
  return { report, ofFile: report.files.find((reported) => reported.path === NAME) };
}

const write =
  (...ids: readonly number[]) =>
  (path: string): void => {
    writeFileSync(path, spreadOut(file(...sales(...ids))));
  };

const ledger = ({ rows }: Warehouse) =>
  rows("SELECT status::text, refusal FROM operations.source_files WHERE path = $1 ORDER BY file_id", [NAME]);

const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

describe("a file that is rewritten while it is read", () => {
  test(
    "is opened again and read anew; what was committed stands, and every record that was committed is counted once",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file(...sales(1, 2, 3))));

      const { report, ofFile } = await loadWhile(warehouse, { 1: write(4, 5) });

      expect(report.status).toBe("succeeded");
      expect(ofFile).toMatchObject({ status: "loaded", records_read: 3, loaded: 3, rejected: 0 });
      expect(ofFile?.warnings_by_kind).toEqual({ card_unreadable: 3 });
      expect(await idsOf(warehouse)).toEqual([1, 4, 5]);
      expect(await quarantine(warehouse)).toEqual([]);
      expect(await ledger(warehouse)).toEqual([
        { status: "replaced", refusal: null },
        { status: "loaded", refusal: null },
      ]);
      const said = warehouse.log.filter(({ level }) => level === "warn").map(({ message }) => message);
      expect(said).toEqual([
        "the file changed while it was read; it is opened again",
        `${NAME}: 3 card_unreadable`,
      ]);
    }),
  );

  test(
    "behind its checkpoint only goes on from there",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file(...sales(1, 2, 3))));

      const { ofFile } = await loadWhile(warehouse, { 1: write(1, 4, 5) });

      expect(ofFile).toMatchObject({ status: "loaded", records_read: 3, loaded: 3 });
      expect(await idsOf(warehouse)).toEqual([1, 4, 5]);
      expect(await ledger(warehouse)).toEqual([{ status: "loaded", refusal: null }]);
    }),
  );

  test(
    "each time is given up for this run, the others load, and the next run reads it",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file(...sales(1, 11, 12))));
      await warehouse.files.write("transactions-2.csv", file({ id: 99 }));

      const { report, ofFile } = await loadWhile(warehouse, {
        1: write(2, 11, 12),
        2: write(3, 11, 12),
        3: write(4, 11, 12),
        4: write(5, 11, 12),
      });

      expect(report).toMatchObject({ status: "failed", error: { code: "file_changed" } });
      expect(ofFile).toMatchObject({ status: "failed", records_read: 4, loaded: 4 });
      expect(report.error?.message).toMatch(
        /^transactions\.csv: changed while it was read.*committed of it stands/,
      );
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4, 99]);
      expect((await ledger(warehouse)).at(-1)).toEqual({ status: "failed", refusal: report.error?.message });

      expect(await warehouse.ingest({ settings: SETTINGS })).toMatchObject({
        status: "succeeded",
        loaded: 3,
      });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4, 5, 11, 12, 99]);
      expect((await ledger(warehouse)).at(-1)).toEqual({ status: "loaded", refusal: null });
    }),
  );

  test(
    "and then is to stop, stops",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file(...sales(1, 2, 3))));
      const stop = new AbortController();
      const path = join(warehouse.files.path, NAME);

      const report = await warehouse.ingest({
        settings: SETTINGS,
        stopping: stop.signal,
        onProgress: (progress) => {
          if (progress.path !== NAME) return;
          write(4, 5)(path);
          stop.abort();
        },
      });

      expect(report).toMatchObject({ status: "stopped", error: { code: "run_stopped" } });
      expect(await idsOf(warehouse)).toEqual([1]);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 2 });
    }),
  );
});

describe("a file that grows while it is read", () => {
  test(
    "is read to the end that is found, and not opened again",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file(...sales(1, 2, 3))));

      const { ofFile } = await loadWhile(warehouse, {
        1: (path) => {
          appendFileSync(path, records({ id: 4 }));
        },
      });

      expect(ofFile).toMatchObject({ status: "loaded", records_read: 4, loaded: 4 });
      expect(warehouse.log.filter(({ message }) => message.includes("opened again"))).toEqual([]);
    }),
  );

  test(
    "after its last line, which had no end, was read has that line left to the next run",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const whole = spreadOut(file(...sales(1, 2)));
      await warehouse.files.write(NAME, whole.slice(0, -2));

      const { ofFile } = await loadWhile(warehouse, {
        1: (path) => {
          appendFileSync(path, whole.slice(-2));
        },
      });

      expect(ofFile).toMatchObject({
        status: "loaded",
        records_read: 1,
        warnings_by_kind: { card_unreadable: 1 },
      });
      expect(await warehouse.ingest({ settings: SETTINGS })).toMatchObject({ loaded: 1, corrected: 0 });
      expect(await idsOf(warehouse)).toEqual([1, 2]);
      expect(await quarantine(warehouse)).toEqual([]);
    }),
  );
});
