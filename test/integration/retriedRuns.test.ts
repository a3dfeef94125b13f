import { describe, expect, jest, test } from "@jest/globals";
import { onMessage } from "../fixtures/collectingLogger.ts";
import type { IngestJson } from "../fixtures/ingestJson.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { endSessions, HOLD_UP_CHUNKS, untilALoaderWaits, withOther } from "../fixtures/otherConnection.ts";
import { eventually } from "../processes/eventually.ts";
import { spreadOut, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(120_000);

const NAME = "transactions.csv";
const IDS = [1, 2, 3, 4, 5, 6];
/** A record a chunk, committed one by one; a run that fails tries again. */
const SETTINGS = { CHUNK_RECORDS: "1", RETRY_MS: "60000" };

async function prepare({ files }: Warehouse): Promise<void> {
  await files.write(NAME, spreadOut(file(...IDS.map((id) => ({ id })))));
}

const runs = ({ rows }: Warehouse) =>
  rows<{ status: string; code: string | null; loaded: number }>(
    "SELECT status::text, error_code AS code, loaded::integer FROM operations.runs ORDER BY run_id",
  );

describe("a run whose connection breaks", () => {
  test.each([["tillhouse loader"], ["tillhouse lock"], ["tillhouse"]])(
    "goes on by itself, as the same run, and counts each record once: that of the %s",
    (name) =>
      inWarehouse(async (warehouse) => {
        await writePlaces(warehouse);
        await prepare(warehouse);
        const breaking = onMessage("chunk committed", NAME, () => endSessions(warehouse, name));

        const run = await warehouse.ingest({ settings: SETTINGS, logger: breaking.logger });

        await breaking.done().catch((error: unknown) => {
          // The statement that ends the pool's sessions ends its own as well.
          if (name !== "tillhouse") throw error;
        });
        expect(run).toMatchObject({ status: "succeeded", records_read: 9, loaded: 9 });
        expect(run.files).toMatchObject([
          { path: "stores.csv", status: "loaded", loaded: 1 },
          { path: "devices.csv", status: "loaded", loaded: 2 },
          { path: NAME, status: "loaded", loaded: 6 },
        ]);
        expect((await facts(warehouse)).map(({ id }) => id)).toEqual(IDS);
        expect(await runs(warehouse)).toEqual([{ status: "succeeded", code: null, loaded: 9 }]);
        expect(await warehouse.rows("SELECT FROM operations.run_steps WHERE status = 'running'")).toEqual([]);
      })(),
  );

  test(
    "fails with what to do about it when it has no patience left",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await prepare(warehouse);
      const breaking = onMessage("chunk committed", NAME, () => endSessions(warehouse, "tillhouse loader"));

      const run = await warehouse.ingest({
        settings: { ...SETTINGS, RETRY_MS: "0" },
        logger: breaking.logger,
      });

      await breaking.done();
      expect(run).toMatchObject({ status: "failed", error: { code: "database_connection_lost" } });
      expect(run.error?.message).toMatch(/What was committed stands.*see whether the server runs/);
      const loaded = (await facts(warehouse)).length;
      expect(loaded).toBeLessThan(IDS.length);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: IDS.length - loaded });
    }),
  );

  test(
    "ends when another one has taken over while it was cut off",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await prepare(warehouse);
      const [first, second] = await withOther(warehouse, async ({ run }) => {
        await run(HOLD_UP_CHUNKS);
        const cutOff = warehouse.ingest({ settings: SETTINGS });
        cutOff.catch(() => undefined);
        await untilALoaderWaits(warehouse);
        await endSessions(warehouse, "tillhouse lock");
        const takingOver = warehouse.ingest({ settings: SETTINGS });
        await eventually("the first run is taken for dead", async () =>
          (await runs(warehouse)).some(({ status }) => status === "killed"),
        );
        await run("COMMIT");
        return Promise.allSettled([cutOff, takingOver]);
      });

      expect(outcomeOf(first)).toMatchObject({ code: "run_lock_lost" });
      expect(outcomeOf(second)).toMatchObject({ status: "succeeded" });
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual(IDS);
      expect(await runs(warehouse)).toMatchObject([
        { status: "killed", code: "run_killed" },
        { status: "succeeded" },
      ]);
    }),
  );
});

/** What a run ended with: its report, or the error that it threw or reports. */
function outcomeOf(end: PromiseSettledResult<IngestJson>): unknown {
  if (end.status === "rejected") return end.reason;
  return end.value.error ?? end.value;
}

describe("a failure that no retry helps", () => {
  test(
    "ends the run at once, with its remedy",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await prepare(warehouse);
      await warehouse.rows("ALTER TABLE operations.file_ranges RENAME COLUMN end_byte TO renamed");

      const run = await warehouse.ingest({ settings: SETTINGS });

      expect(run).toMatchObject({ status: "failed", error: { code: "database_schema_differs" } });
      expect(run.error?.message).toMatch(/Compare it with the migrations/);
      expect(warehouse.log.filter(({ message }) => message.includes("Trying again"))).toEqual([]);
      expect(await facts(warehouse)).toEqual([]);
      await warehouse.rows("ALTER TABLE operations.file_ranges RENAME COLUMN renamed TO end_byte");
    }),
  );
});
