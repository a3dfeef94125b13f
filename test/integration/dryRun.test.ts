import { describe, expect, test } from "@jest/globals";
import { onMessage } from "../fixtures/collectingLogger.ts";
import { databaseDump } from "../fixtures/databaseDump.ts";
import type { IngestJson } from "../fixtures/ingestJson.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  deviceRecords,
  devicesFile,
  spreadOut,
  transactionRecords,
  transactionsFile,
} from "../fixtures/sourceText.ts";
import { endSessions, HOLD_UP_CHUNKS, untilALoaderWaits, withOther } from "../fixtures/otherConnection.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const MANY_REJECTS = { MAX_REJECT_RATIO: "1" };

/** All of ours that the database holds; PostgreSQL's own statistics change by themselves. */
async function contents(warehouse: Warehouse): Promise<Record<string, string>> {
  const dump = await databaseDump(warehouse);
  return Object.fromEntries(
    [...dump].filter(([name]) => /^(ingestion_layer|aggregation_layer|operations)\./.test(name)),
  );
}

/** A report without what differs between two runs that do the same. */
function comparable({ files, ...report }: IngestJson): unknown {
  return {
    ...report,
    run_id: null,
    duration_ms: null,
    dry_run: undefined,
    rejections: undefined,
    files: files.map((file) => ({ ...file, duration_ms: null })),
  };
}

/** What a second run has of everything: new, repeated, corrected, superseded, broken and waiting records, and resolved ones. */
async function writeSecondDay({ files }: Warehouse): Promise<void> {
  await files.append(
    NAME,
    spreadOut(
      transactionsFile(
        { id: 4 },
        { id: 1 },
        { id: 2, amount: "11.00" },
        { id: 5, amount: "1.00" },
        { id: 5, amount: "2.00" },
        { id: 6, amount: "many" },
        { id: 7, device_id: 99 },
      ),
    )
      .split("\n")
      .slice(1)
      .join("\n"),
  );
  await files.append("devices.csv", deviceRecords({ id: 50 }));
}

describe("a dry run", () => {
  test(
    "reports what the real run does then, and leaves the database as it was",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        transactionsFile({ id: 1 }, { id: 2 }, { id: 3, device_id: 50 }, { id: 8, status: "lost" }),
      );
      await warehouse.ingest({ settings: MANY_REJECTS });
      await writeSecondDay(warehouse);
      const settings = { ...MANY_REJECTS, CHUNK_RECORDS: "1" };
      const before = await contents(warehouse);

      const dry = await warehouse.ingest({ settings, dryRun: true });

      expect(await contents(warehouse)).toEqual(before);
      expect(dry).toMatchObject({
        run_id: null,
        dry_run: true,
        ...{ status: "succeeded", loaded: 3, corrected: 2, already_present: 1, rejected: 2, resolved: 1 },
        rejections: [
          { path: NAME, reason: "bad_amount", column: "amount", records: 1 },
          { path: NAME, reason: "unknown_device", column: "device_id", records: 1 },
        ],
      });
      const real = await warehouse.ingest({ settings });
      expect(comparable(real)).toEqual(comparable(dry));
    }),
  );

  test(
    "of an empty warehouse reports the first load",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, transactionsFile({ id: 1 }, { id: 2 }));
      const before = await contents(warehouse);

      const dry = await warehouse.ingest({ dryRun: true });

      expect(await contents(warehouse)).toEqual(before);
      expect(dry).toMatchObject({ status: "succeeded", watermark: 2 });
      expect(comparable(await warehouse.ingest())).toEqual(comparable(dry));
    }),
  );

  test(
    "goes on after a file with too many rejects, as the real run does",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions-1.csv",
        spreadOut(transactionsFile({ id: 1 }, { id: 2, amount: "many" })),
      );
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 3 }));
      const settings = { CHUNK_RECORDS: "1" };
      const before = await contents(warehouse);

      const dry = await warehouse.ingest({ settings, dryRun: true });

      expect(await contents(warehouse)).toEqual(before);
      expect(dry).toMatchObject({ status: "failed", error: { code: "too_many_rejects" } });
      expect(dry.files.map(({ status }) => status)).toEqual(["loaded", "loaded", "failed", "loaded"]);
      expect(comparable(await warehouse.ingest({ settings }))).toEqual(comparable(dry));
    }),
  );

  test(
    "is not seen by a reader in the middle of it, and keeps none waiting",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await warehouse.files.append(NAME, spreadOut(transactionRecords({ id: 2 }, { id: 3 })));
      const read = async () => ({ facts: await facts(warehouse), answers: await warehouse.answers() });
      const before = await read();

      const dry = await withOther(warehouse, async (other) => {
        await other.run(HOLD_UP_CHUNKS);
        const run = warehouse.ingest({ dryRun: true });
        await untilALoaderWaits(warehouse);
        expect(await read()).toEqual(before);
        await other.run("ROLLBACK");
        return run;
      });

      expect(dry).toMatchObject({ loaded: 2 });
      expect(await read()).toEqual(before);
    }),
  );

  test(
    "takes the lock that all runs take",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(transactionsFile({ id: 1 }, { id: 2 })));

      await withOther(warehouse, async (other) => {
        await other.run(HOLD_UP_CHUNKS);
        const run = warehouse.ingest({ dryRun: true });
        await untilALoaderWaits(warehouse);
        for (const dryRun of [false, true])
          await expect(warehouse.ingest({ dryRun })).rejects.toMatchObject({
            code: "run_locked",
            exitCode: 3,
          });
        await other.run("ROLLBACK");
        expect(await run).toMatchObject({ status: "succeeded", loaded: 5 });
      });
    }),
  );

  test.each(["stop", "break off"] as const)("that is told to %s leaves the database as it was", (how) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(transactionsFile({ id: 1 }, { id: 2 }, { id: 3 })));
      const before = await contents(warehouse);
      const [stop, breakOff] = [new AbortController(), new AbortController()];
      const stopping = onMessage("chunk committed", NAME, () => {
        stop.abort();
        if (how === "break off") breakOff.abort();
      });

      const dry = warehouse.ingest({
        settings: { CHUNK_RECORDS: "1" },
        dryRun: true,
        logger: stopping.logger,
        stopping: stop.signal,
        breakingOff: breakOff.signal,
      });

      const ended = await dry.catch((error: unknown) => ({ error }));
      expect(ended).toMatchObject({ error: { code: "run_stopped" } });
      expect(await contents(warehouse)).toEqual(before);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 6 });
    })(),
  );

  test(
    "whose connection is cut fails at once, and leaves the database as it was",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, spreadOut(transactionsFile({ id: 1 }, { id: 2 }, { id: 3 })));
      const before = await contents(warehouse);
      const cutting = onMessage("chunk committed", NAME, async () => {
        await endSessions(warehouse, "tillhouse loader");
      });

      const dry = warehouse.ingest({
        settings: { CHUNK_RECORDS: "1", RETRY_MS: "60000" },
        dryRun: true,
        logger: cutting.logger,
      });

      await expect(dry).rejects.toMatchObject({ code: "database_connection_lost" });
      expect(await contents(warehouse)).toEqual(before);
    }),
  );

  test(
    "checks what is checked at the end of a chunk only",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await warehouse.files.write("devices-2.csv", devicesFile({ id: 1, type: 2 }));
      const dry = await warehouse.ingest({ dryRun: true });
      expect(dry).toMatchObject({ status: "succeeded", corrected: 1 });
      expect(comparable(await warehouse.ingest())).toEqual(comparable(dry));
    }),
  );
});
