import { closeSync, openSync, statSync, utimesSync, writeSync } from "node:fs";
import { rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { countingFileReads } from "../fixtures/fileReads.ts";
import { bytesRead, facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import {
  devicesFile,
  spreadOut,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const HOUR_MS = 3_600_000;
/** To this clock the files of a test are old when they are opened, so that their identity is trusted. */
const LATER = movedClock(HOUR_MS);

const pathOf = ({ files }: Warehouse, name = NAME): string => join(files.path, name);
const sizeOf = async (warehouse: Warehouse, name = NAME): Promise<number> =>
  (await stat(pathOf(warehouse, name))).size;

/** A run, with the bytes that it read of files, and what it says of the file. */
async function runOver(warehouse: Warehouse, name = NAME, clock = LATER) {
  const { result, bytes } = await countingFileReads(() => warehouse.ingest({ clock }));
  return { report: result, bytes, status: result.files.find(({ path }) => path === name)?.status };
}

/** Overwrites bytes of a file where it stands, and gives it back the times that it had. */
function editInPlace(path: string, text: string, position: number): void {
  const { atime, mtime } = statSync(path);
  const file = openSync(path, "r+");
  writeSync(file, text, position);
  closeSync(file);
  utimesSync(path, atime, mtime);
}

/** Makes the ledger say of a file what a file system says that did not notice its last change; the inode is left alone. */
async function forgetLastChange(warehouse: Warehouse, name = NAME): Promise<void> {
  const { size, mtimeNs, ctimeNs } = await stat(pathOf(warehouse, name), { bigint: true });
  await warehouse.rows(
    `UPDATE operations.source_files SET size_bytes = $1, mtime_ns = $2, ctime_ns = $3
     WHERE path = $4 AND status <> 'replaced'`,
    [size, mtimeNs, ctimeNs, name],
  );
}

/** Loads stores, devices and one sale, and sees to it that the next run finds nothing to read. */
async function loadOnce(warehouse: Warehouse, text = file({ id: 1 })): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write(NAME, text);
  await warehouse.ingest({ clock: LATER });
  expect(await runOver(warehouse)).toMatchObject({ bytes: 0, status: "unchanged" });
}

describe("a run with nothing new", () => {
  test(
    "keeps no step for a file that is done with, however many there are",
    inWarehouse(async (warehouse) => {
      await loadOnce(warehouse);
      for (const n of [2, 3, 4]) await warehouse.files.write(`transactions-${n}.csv`, file({ id: n }));
      await warehouse.ingest({ clock: LATER });
      await warehouse.files.write("transactions-5.csv", file({ id: 5 }));
      const { run_id, files } = await warehouse.ingest({ clock: LATER });

      expect(files).toHaveLength(7);
      expect(files.filter(({ status }) => status === "unchanged")).toHaveLength(6);
      const steps = await warehouse.rows<{ name: string }>(
        "SELECT name FROM operations.run_steps WHERE run_id = $1 ORDER BY step_number",
        [run_id],
      );
      expect(steps.map(({ name }) => name)).toEqual([
        "discover files",
        "resolve waiting devices",
        "resolve waiting transactions",
        "load transactions-5.csv",
        "refresh statistics",
      ]);
    }),
  );

  test(
    "reads no byte of any file, whatever the files are called",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }));
      await warehouse.files.write("march.csv", file({ id: 2 }, { id: 3 }));
      await warehouse.files.write("kassen.csv", devicesFile({ id: 9 }));
      const names = ["stores.csv", "devices.csv", NAME, "march.csv", "kassen.csv"];
      const sizes = await Promise.all(names.map((name) => sizeOf(warehouse, name)));
      const all = sizes.reduce((sum, size) => sum + size, 0);

      const first = await runOver(warehouse);
      expect(first.report).toMatchObject({ loaded: 7 });
      expect(first.bytes).toBeGreaterThanOrEqual(all);

      const second = await runOver(warehouse);
      expect(second.bytes).toBe(0);
      expect(second.report.files.map(({ status }) => status)).toEqual(names.map(() => "unchanged"));
    }),
  );

  test(
    "reads no byte of a file that ends inside a record either",
    inWarehouse((warehouse) => loadOnce(warehouse, file({ id: 1 }, { id: 2 }).trimEnd())),
  );
});

describe("a file that was too young when it was opened", () => {
  test(
    "by its ctime alone, since a copy may have an old mtime, is hashed once more, and read no more after that",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }));
      await warehouse.ingest();

      const second = await runOver(warehouse);
      expect(second).toMatchObject({ status: "loaded", report: { records_read: 0 } });
      expect(second.bytes).toBeGreaterThanOrEqual(await sizeOf(warehouse));
      expect(await runOver(warehouse)).toMatchObject({ bytes: 0, status: "unchanged" });
    }),
  );

  test(
    "and was changed within the same tick of the clock, is read anew",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1, amount: "10.00" }));
      await warehouse.ingest();
      editInPlace(pathOf(warehouse), "2", file().length);
      await forgetLastChange(warehouse);

      const { report } = await runOver(warehouse);

      expect(report).toMatchObject({ records_read: 1, loaded: 1 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }]);
    }),
  );

  test.each([
    ["mtime", LATER, 2 * HOUR_MS],
    ["ctime", movedClock(-HOUR_MS), -2 * HOUR_MS],
  ])("because its %s lay in the future, is hashed at every run until then", (_time, clock, mtimeMs) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }));
      const mtime = new Date(Date.now() + mtimeMs);
      await utimes(pathOf(warehouse), mtime, mtime);
      await warehouse.ingest({ clock });

      for (let run = 0; run < 2; run += 1) {
        const { bytes, status } = await runOver(warehouse, NAME, clock);
        expect(bytes).toBeGreaterThanOrEqual(await sizeOf(warehouse));
        expect(status).toBe("loaded");
      }
      await runOver(warehouse, NAME, movedClock(3 * HOUR_MS));
      expect(await runOver(warehouse)).toMatchObject({ bytes: 0, status: "unchanged" });
    })(),
  );
});

describe("a file that has changed since it was loaded is never taken for unchanged:", () => {
  test(
    "grown, its old part is hashed and only the rest is parsed",
    inWarehouse(async (warehouse) => {
      await loadOnce(warehouse);
      const growth = records({ id: 2 });
      await warehouse.files.append(NAME, growth);

      const { report, bytes } = await runOver(warehouse);

      expect(report).toMatchObject({ records_read: 1, loaded: 1 });
      expect(bytes).toBeGreaterThanOrEqual(await sizeOf(warehouse));
      expect(await bytesRead(warehouse, report.run_id)).toEqual({ [NAME]: growth.length });
      expect(await runOver(warehouse)).toMatchObject({ bytes: 0, status: "unchanged" });
    }),
  );

  test(
    "edited where it stands, its size and mtime as before",
    inWarehouse(async (warehouse) => {
      await loadOnce(warehouse);
      const before = await stat(pathOf(warehouse));
      editInPlace(pathOf(warehouse), "2", file().length);
      const after = await stat(pathOf(warehouse));
      expect(after).toMatchObject({ size: before.size, ino: before.ino, mtimeMs: before.mtimeMs });

      expect((await runOver(warehouse)).report).toMatchObject({ records_read: 1, loaded: 1 });
    }),
  );

  test(
    "edited after two runs that did not read it",
    inWarehouse(async (warehouse) => {
      await loadOnce(warehouse);
      await runOver(warehouse);
      editInPlace(pathOf(warehouse), "2", file().length);

      expect((await runOver(warehouse)).report).toMatchObject({ records_read: 1, loaded: 1 });
    }),
  );

  test(
    "another file was renamed over it, of the same size and mtime",
    inWarehouse(async (warehouse) => {
      await loadOnce(warehouse);
      const { atime, mtime } = await stat(pathOf(warehouse));
      const other = join(warehouse.files.path, ".other");
      await writeFile(other, file({ id: 2 }));
      await utimes(other, atime, mtime);
      await rename(other, pathOf(warehouse));

      expect((await runOver(warehouse)).report).toMatchObject({ records_read: 1, loaded: 1 });
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }]);
    }),
  );

  test(
    "shorter than what is committed of it, by whole records",
    inWarehouse(async (warehouse) => {
      await loadOnce(warehouse, file({ id: 1 }, { id: 2 }, { id: 3 }));
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 2 }));

      expect((await runOver(warehouse)).report).toMatchObject({ records_read: 2, already_present: 2 });
      expect(await runOver(warehouse)).toMatchObject({ bytes: 0, status: "unchanged" });
    }),
  );

  test(
    "edited while it was being read, before the place that was read last, in a way that its times did not tell",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file({ id: 1 }, { id: 2 }, { id: 3 })));
      let edited = false;
      await warehouse.ingest({
        clock: LATER,
        settings: { CHUNK_RECORDS: "1" },
        // After the last chunk, so that no look at the file before a commit can find it.
        onProgress: ({ path, records }) => {
          if (path !== NAME || records < 3) return;
          edited = true;
          editInPlace(pathOf(warehouse), "9", file().length);
        },
      });
      expect(edited).toBe(true);
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
      await forgetLastChange(warehouse);

      expect((await runOver(warehouse)).report).toMatchObject({ loaded: 1, already_present: 2 });
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([1, 2, 3, 9]);
    }),
  );

  test(
    "one that its header tells holds another source's records now",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("export.csv", file({ id: 1, device_id: 9 }, { id: 2, amount: "x" }));
      await warehouse.ingest({ clock: LATER, settings: { MAX_REJECT_RATIO: "1" } });
      await warehouse.files.write("export.csv", devicesFile({ id: 9 }));

      const { report } = await runOver(warehouse, "export.csv");

      expect(report).toMatchObject({ status: "succeeded", loaded: 1, resolved: 1 });
      const ledger =
        "SELECT source::text, status::text FROM operations.source_files WHERE path = 'export.csv' ORDER BY file_id";
      expect(await warehouse.rows(ledger)).toEqual([
        { source: "transactions", status: "replaced" },
        { source: "devices", status: "loaded" },
      ]);
      const open = "SELECT FROM operations.quarantine WHERE state IN ('waiting', 'rejected')";
      expect(await warehouse.rows(open)).toEqual([]);
      expect(await runOver(warehouse, "export.csv")).toMatchObject({ bytes: 0, status: "unchanged" });
    }),
  );
});

test(
  "a ledger that says of a changed file what the file says now is believed: that is what the tests above rely on",
  inWarehouse(async (warehouse) => {
    await loadOnce(warehouse);
    editInPlace(pathOf(warehouse), "2", file().length);
    await forgetLastChange(warehouse);

    expect(await runOver(warehouse)).toMatchObject({ bytes: 0, status: "unchanged" });
  }),
);
