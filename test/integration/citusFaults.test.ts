import { expect, jest, test } from "@jest/globals";
import { setTimeout as pause } from "node:timers/promises";
import { describeOnCitus } from "../fixtures/citus.ts";
import { writeSales } from "../fixtures/manySales.ts";
import { withUndo } from "../fixtures/undo.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

const SALES = 20_000;
const SHORTEST_PAUSE_MS = 250;
const CHUNKS = { CHUNK_RECORDS: "1000", WORKERS: "1" };

/** What the coordinator's backends have open on a node, ended there, as when the node's server is restarted at once. */
const END_ON_WORKERS = `
  SELECT nodename, result FROM run_command_on_workers($$
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'citus_internal%' AND pid <> pg_backend_pid()
  $$)`;

/**
 * For so many seconds, ends each connection on which a node has prepared a commit and not yet heard of its end: the coordinator has
 * committed, or is about to, and the node keeps its part.
 */
const END_WHAT_IS_PREPARED = (seconds: number): string => `
  DO $do$
  DECLARE
    until timestamptz := clock_timestamp() + interval '${seconds} s';
  BEGIN
    WHILE clock_timestamp() < until LOOP
      PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'idle' AND query LIKE 'PREPARE TRANSACTION%';
      PERFORM pg_stat_clear_snapshot();
      PERFORM pg_sleep(0.0005);
    END LOOP;
  END
  $do$`;

const PREPARED_ON_NODES = `
  SELECT coalesce(sum(result::integer), 0)::integer AS left
  FROM run_command_on_workers('SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()')`;

describeOnCitus("a warehouse on a cluster", () => {
  test("is right after commits of which nodes have not heard the end: who looks next waits until they have", () =>
    withUndo(async (warehouse, undo) => {
      await writeSales(warehouse, SALES);
      await warehouse.ingest();
      const before = await warehouse.views();
      const fault = { left: 0, isOver: false };
      const counting = (async () => {
        while (!fault.isOver) {
          const [{ left } = { left: 0 }] = await warehouse.rows<{ left: number }>(PREPARED_ON_NODES);
          fault.left = Math.max(fault.left, left);
          await pause(200);
        }
      })();
      const breaking = warehouse.rows(
        `SELECT result FROM run_command_on_workers($outer$${END_WHAT_IS_PREPARED(20)}$outer$)`,
      );
      try {
        // The same sales three times in a row, each by a run that follows at once.
        for (const amount of ["11.00", "12.00", "13.00"]) {
          await writeSales(warehouse, SALES, amount);
          const settings = { ...CHUNKS, RETRY_MS: "120000" };
          const corrected = await warehouse.ingest({ asOf: new Date(), settings });
          expect(corrected).toMatchObject({ status: "succeeded", corrected: SALES });
          expect(await warehouse.verify()).toEqual([]);
        }
        await undo();
        expect(await warehouse.verify()).toEqual([]);
      } finally {
        fault.isOver = true;
        await Promise.all([breaking, counting]);
      }
      expect(fault.left).toBeGreaterThan(0);
      const amounts = "SELECT array_agg(DISTINCT amount)::text AS all FROM ingestion_layer.fct_transactions";
      expect(await warehouse.rows(amounts)).toEqual([{ all: "{12.00}" }]);
      await undo();
      await undo();
      expect(await warehouse.views()).toEqual(before);
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("loses and doubles nothing when workers go away again and again in the middle of a load", () =>
    withWarehouse(async (warehouse) => {
      await writeSales(warehouse, SALES);
      const fault = { isOver: false, times: 0, pauseMs: SHORTEST_PAUSE_MS };
      const breaking = (async () => {
        while (!fault.isOver) {
          await pause(fault.pauseMs);
          // However slow the machine, a chunk comes through between two of them in the end.
          fault.pauseMs *= 1.25;
          // The one that asks may be ended as well.
          await warehouse.rows(END_ON_WORKERS).catch(() => undefined);
          fault.times += 1;
        }
      })();
      const load = () => warehouse.ingest({ asOf: new Date(), settings: { ...CHUNKS, RETRY_MS: "120000" } });
      const felt = () => warehouse.log.some(({ message }) => message.includes("Trying again"));
      try {
        const report = await load();
        expect(report.files.flatMap(({ error }) => error ?? [])).toEqual([]);
        expect(report).toMatchObject({ status: "succeeded", loaded: SALES + 2, rejected: 0 });
        // A load may come through between two of them.
        for (let cents = 10; cents < 20 && !(felt() && fault.times > 3); cents += 1) {
          fault.pauseMs = SHORTEST_PAUSE_MS;
          await writeSales(warehouse, SALES, `11.${cents}`);
          expect(await load()).toMatchObject({ status: "succeeded", corrected: SALES, rejected: 0 });
        }
      } finally {
        fault.isOver = true;
        await breaking;
      }
      expect([felt(), fault.times > 3]).toEqual([true, true]);
      expect(
        await warehouse.rows(
          "SELECT count(*)::integer AS facts, count(DISTINCT transaction_id)::integer AS ids FROM ingestion_layer.fct_transactions",
        ),
      ).toEqual([{ facts: SALES, ids: SALES }]);
      expect(await warehouse.verify()).toEqual([]);
      // What was prepared and not told the end of is ended by what the coordinator noted.
      await warehouse.rows("SELECT recover_prepared_transactions()");
      expect(
        await warehouse.rows(
          "SELECT sum(result::integer)::integer AS left FROM run_command_on_workers('SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()')",
        ),
      ).toEqual([{ left: 0 }]);
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("is found right by verify at any moment of a load", () =>
    withWarehouse(async (warehouse) => {
      await writeSales(warehouse, SALES);
      const load = { isOver: false };
      const loading = warehouse.ingest({ settings: CHUNKS }).finally(() => {
        load.isOver = true;
      });
      let looks = 0;
      while (!load.isOver) {
        expect(await warehouse.verify()).toEqual([]);
        looks += 1;
      }
      expect(await loading).toMatchObject({ status: "succeeded", loaded: SALES + 2 });
      expect(looks).toBeGreaterThan(2);
    }));

  test("takes runs back, corrections as well", () =>
    withUndo(async (warehouse, undo) => {
      await writeSales(warehouse, SALES);
      await warehouse.ingest();
      const before = await warehouse.views();
      await writeSales(warehouse, SALES, "12.00");
      expect(await warehouse.ingest({ asOf: new Date() })).toMatchObject({ corrected: SALES });

      expect(await undo()).toMatchObject({ undone: { factsRestored: SALES } });
      expect(await warehouse.views()).toEqual(before);
      expect(await warehouse.verify()).toEqual([]);
      expect(await undo()).toMatchObject({ undone: { factsRemoved: SALES } });
      expect(await warehouse.verify()).toEqual([]);
    }));
});
