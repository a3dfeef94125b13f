import { describe, expect, test } from "@jest/globals";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { spreadOut, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";
import { onMessage } from "../fixtures/collectingLogger.ts";

const NAME = "transactions.csv";

describe("a run that is asked to stop", () => {
  test(
    "ends between two chunks as stopped, and the next one goes on from there",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file({ id: 1 }, { id: 2 }, { id: 3 })));
      const stop = new AbortController();
      const stopping = onMessage("chunk committed", NAME, () => {
        stop.abort();
      });

      const run = warehouse.ingest({
        settings: { CHUNK_RECORDS: "1" },
        logger: stopping.logger,
        stopping: stop.signal,
      });

      expect(await run).toMatchObject({ status: "stopped", error: { code: "run_stopped" } });
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }]);
      expect(await warehouse.rows("SELECT status::text FROM operations.runs")).toEqual([
        { status: "stopped" },
      ]);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 2, loaded: 2 });
    }),
  );

  test(
    "and to break off rolls the chunk in hand back",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(file({ id: 1 }, { id: 2 }, { id: 3 })));
      const stop = new AbortController();
      const breakOff = new AbortController();
      // Holds the second chunk up, for as long as it takes to break it off.
      const blocker = await warehouse.database.pool.connect();
      const block = onMessage("chunk committed", NAME, async () => {
        await blocker.query("BEGIN");
        await blocker.query("LOCK TABLE operations.run_files IN SHARE MODE");
        stop.abort();
        breakOff.abort();
      });
      try {
        const run = warehouse.ingest({
          settings: { CHUNK_RECORDS: "1" },
          logger: block.logger,
          stopping: stop.signal,
          breakingOff: breakOff.signal,
        });

        expect(await run).toMatchObject({ status: "stopped", error: { code: "run_stopped" } });
        await block.done();
      } finally {
        await blocker.query("ROLLBACK");
        blocker.release();
      }
      const loaded = (await facts(warehouse)).length;
      expect(loaded).toBeLessThan(3);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 3 - loaded });
    }),
  );
});
