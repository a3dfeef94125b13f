import { describe, expect, test } from "@jest/globals";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { spreadOut, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";
import { onMessage } from "../fixtures/collectingLogger.ts";

const NAME = "transactions.csv";

describe("only one run at a time", () => {
  test(
    "changes the warehouse: the second is refused at once, with exit code 3, and leaves no trace",
    inWarehouse(async (warehouse) => {
      const held = await takeWarehouseLock(warehouse.database.entry, new Date());
      expect(held).toBeDefined();

      await expect(warehouse.ingest()).rejects.toMatchObject({
        code: "run_locked",
        exitCode: 3,
        retry: "later",
      });
      expect(await warehouse.rows("SELECT FROM operations.runs")).toEqual([]);

      await held?.release();
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded" });
    }),
  );

  test(
    "commits: of two at once one ends well and the other is refused",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const ends = await Promise.allSettled([warehouse.ingest(), warehouse.ingest()]);

      const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
      expect(refused).toMatchObject([{ code: "run_locked" }]);
      expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await warehouse.rows("SELECT FROM ingestion_layer.dim_devices")).toHaveLength(2);
    }),
  );

  test(
    "commits chunks: one that was taken over from in the middle rolls its chunk back and stops",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const ids = Array.from({ length: 12 }, (_, index) => ({ id: index + 1 }));
      await warehouse.files.write(NAME, spreadOut(file(...ids)));
      const raise = "UPDATE operations.run_locks SET fencing_token = fencing_token + 1";
      const takeOver = onMessage("chunk committed", NAME, () => warehouse.rows(raise));

      const run = warehouse.ingest({ settings: { CHUNK_RECORDS: "1" }, logger: takeOver.logger });

      expect(await run).toMatchObject({ status: "failed", error: { code: "run_lock_lost" } });
      await takeOver.done();
      const loaded = (await facts(warehouse)).length;
      expect(loaded).toBeGreaterThanOrEqual(1);
      expect(loaded).toBeLessThan(12);
      expect(await warehouse.rows("SELECT status::text, error_code FROM operations.runs")).toEqual([
        { status: "failed", error_code: "run_lock_lost" },
      ]);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 12 - loaded });
    }),
  );
});
