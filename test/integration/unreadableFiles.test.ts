import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { spreadOut, transactionsFile as file } from "../fixtures/sourceText.ts";
import { withSteppedReads } from "../fixtures/steppedReads.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const SETTINGS = { CHUNK_RECORDS: "1" };
const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

/** Two files, of which something happens to the first after both were found and before either is opened. */
async function loadAfter(warehouse: Warehouse, act: (path: string) => Promise<unknown>) {
  await writePlaces(warehouse);
  await warehouse.files.write(NAME, file({ id: 1 }));
  await warehouse.files.write("transactions-2.csv", file({ id: 2 }));
  const path = join(warehouse.files.path, NAME);
  let acting: Promise<unknown> | undefined;
  const report = await warehouse.ingest({
    onProgress: (progress) => {
      // The stores are read before.
      if (progress.path === "stores.csv") acting = act(path);
    },
  });
  await acting;
  return report;
}

const isRoot = process.getuid?.() === 0;

describe("a file that cannot be read", () => {
  test(
    "since a folder has come in its place fails, and the others load",
    inWarehouse(async (warehouse) => {
      const report = await loadAfter(warehouse, async (path) => {
        await rm(path);
        await mkdir(path);
      });
      expect(report).toMatchObject({ status: "failed", error: { code: "file_unreadable" } });
      expect(report.error?.message).toContain(`${NAME}: cannot be read: it is a folder`);
      expect(await idsOf(warehouse)).toEqual([2]);
      await rm(join(warehouse.files.path, NAME), { recursive: true });
    }),
  );

  // No file is unreadable to root.
  (isRoot ? test.skip : test)(
    "by this user fails, and the others load (skipped as root, who may read everything)",
    inWarehouse(async (warehouse) => {
      const report = await loadAfter(warehouse, (path) => chmod(path, 0));
      expect(report).toMatchObject({ status: "failed", error: { code: "file_unreadable" } });
      expect(report.error?.message).toContain("this user may not read it");
      expect(await idsOf(warehouse)).toEqual([2]);
      await chmod(join(warehouse.files.path, NAME), 0o600);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 1 });
    }),
  );

  test.each([1, 2, 3, 4])(
    "from its read %d on fails; what was committed stands, and the next run completes it",
    (nth) =>
      inWarehouse(async (warehouse) => {
        await writePlaces(warehouse);
        await warehouse.files.write(NAME, spreadOut(file({ id: 1 }, { id: 2 }, { id: 3 })));
        const before = (read: number): void => {
          if (read >= nth) throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
        };
        const { result } = await withSteppedReads(join(warehouse.files.path, NAME), { before }, () =>
          warehouse.ingest({ settings: SETTINGS }),
        );
        expect(result).toMatchObject({ status: "failed", error: { code: "file_unreadable" } });
        expect(result.error?.message).toContain("EIO");
        const committed = await idsOf(warehouse);
        expect(committed).toEqual([1, 2, 3].slice(0, committed.length));
        expect(committed.length).toBeLessThan(3);

        const next = await warehouse.ingest({ settings: SETTINGS });
        expect(next).toMatchObject({ status: "succeeded", loaded: 3 - committed.length });
        expect(await idsOf(warehouse)).toEqual([1, 2, 3]);
      })(),
  );
});
