import { expect, test } from "@jest/globals";
import { loaderSession } from "../../src/ingestion/loaderSession.ts";
import { resolveWaiting } from "../../src/ingestion/resolveWaiting.ts";
import { transactionLoading } from "../../src/ingestion/transactionLoading.ts";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile, type TransactionFields } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

/** Device 7 as if it had just come, with what waits for it left waiting. */
const DEVICE_ARRIVES = `
  INSERT INTO ingestion_layer.dim_devices
    (device_id, device_type, store_key, digest, run_id, file_id, source_line)
  SELECT 7, device_type, store_key, digest, run_id, file_id, source_line
  FROM ingestion_layer.dim_devices WHERE device_id = 1;
  INSERT INTO ingestion_layer.dim_devices_history
  SELECT (SELECT device_key FROM ingestion_layer.dim_devices WHERE device_id = 7), valid_from, valid_to, is_current, stated_at,
    kept.file_id, kept.source_line, kept.store_key, kept.device_type
  FROM ingestion_layer.dim_devices_history AS kept JOIN ingestion_layer.dim_devices USING (device_key)
  WHERE device_id = 1`;

const atDevice7 = (...transactions: TransactionFields[]): string =>
  transactionsFile(...transactions.map((fields) => ({ device_id: 7, ...fields })));

/** Resolves what waits, so many ids a commit, on a session whose zone is far from UTC. */
async function resolve({ database, rows }: Warehouse, batch: number): Promise<number> {
  const now = () => new Date();
  const lock = await takeWarehouseLock(database.entry, now());
  if (lock === undefined) throw new Error("the warehouse is locked");
  const session = loaderSession(database.entry);
  try {
    await (await session.connected()).query("SET timezone = 'Pacific/Auckland'");
    const [run] = await rows<{ run_id: number }>(`
      INSERT INTO operations.runs (job, trigger, started_at, heartbeat_at, process)
      VALUES ('ingest', 'manual', now(), now(), 'test') RETURNING run_id`);
    const context = {
      session,
      pool: database.pool,
      runId: run?.run_id ?? 0,
      fencingToken: lock.fencingToken,
      cardKeyId: 1,
      maxRejectRatio: 1,
      now,
      onCommit: () => undefined,
    };
    return await resolveWaiting(transactionLoading, context, new AbortController().signal, { batch });
  } finally {
    await session.close();
    await lock.release();
  }
}

test.each([1, 2, 3, 100])(
  "which record of an id counts does not hang on where a batch ends (%i ids a commit)",
  (batch) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions-1.csv",
        atDevice7({ id: 9 }, { id: 6, amount: "1.00" }, { id: 6, amount: "2.00" }, { id: 5 }),
      );
      await warehouse.files.write(
        "transactions-2.csv",
        atDevice7({ id: 6, amount: "3.00" }, { id: 5 }, { id: 8, device_id: 99 }),
      );
      await warehouse.ingest();
      await warehouse.rows(DEVICE_ARRIVES);

      expect(await resolve(warehouse, batch)).toBe(3);
      expect(await facts(warehouse)).toMatchObject([{ id: 5 }, { id: 6, amount: "3.00" }, { id: 9 }]);
      expect(
        (await quarantine(warehouse)).map(({ path, line, key, state }) => [path, line, key, state]),
      ).toEqual([
        ["transactions-1.csv", 2, 9, "resolved"],
        ["transactions-1.csv", 3, 6, "obsolete"],
        ["transactions-1.csv", 4, 6, "obsolete"],
        ["transactions-1.csv", 5, 5, "obsolete"],
        ["transactions-2.csv", 2, 6, "resolved"],
        ["transactions-2.csv", 3, 5, "resolved"],
        ["transactions-2.csv", 4, 8, "waiting"],
      ]);
    })(),
);

test(
  "the days of what waited are those of UTC, whatever the session's time zone is",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const times = { happened_at: "02/01/2022 23:30:00", created_at: "02/02/2022 23:30:00" };
    await warehouse.files.write("transactions.csv", atDevice7({ id: 1, ...times }));
    await warehouse.ingest();
    await warehouse.rows(DEVICE_ARRIVES);

    expect(await resolve(warehouse, 1)).toBe(1);
    expect(
      await warehouse.rows(
        "SELECT happened_date_key, created_date_key FROM ingestion_layer.fct_transactions",
      ),
    ).toEqual([{ happened_date_key: 20220201, created_date_key: 20220202 }]);
  }),
);
