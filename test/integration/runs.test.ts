import { describe, expect, test } from "@jest/globals";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";

describe("a run", () => {
  test(
    "is logged with its steps by name and time, its files and its counts",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 2 }));
      const { run_id } = await warehouse.ingest();

      const run = await (
        await warehouse.database.prisma()
      ).run.findUniqueOrThrow({
        where: { runId: run_id },
        include: {
          steps: { orderBy: { stepNumber: "asc" } },
          files: { include: { file: { select: { path: true } } } },
        },
      });

      expect(run).toMatchObject({ job: "ingest", trigger: "manual", status: "succeeded", loaded: 5n });
      expect(run).toMatchObject({ errorCode: null, errorMessage: null, watermark: 2n });
      expect(run.finishedAt?.getTime()).toBeGreaterThanOrEqual(run.startedAt.getTime());
      expect(run.steps.map(({ name }) => name)).toEqual([
        "discover files",
        "load stores.csv",
        "resolve waiting devices",
        "load devices.csv",
        "resolve waiting transactions",
        "load transactions.csv",
        "refresh statistics",
      ]);
      for (const step of run.steps) {
        expect(step).toMatchObject({ status: "succeeded", errorMessage: null });
        expect(step.durationMs).toBeGreaterThanOrEqual(0);
        expect(step.finishedAt?.getTime()).toBeGreaterThanOrEqual(step.startedAt.getTime());
      }
      expect(run.steps[5]?.counts).toMatchObject({ status: "loaded", recordsRead: 2, loaded: 2 });
      const loaded = run.files.map((entry) => [entry.file.path, entry.loaded] as const);
      expect(new Map(loaded)).toEqual(
        new Map([
          ["stores.csv", 1n],
          ["devices.csv", 2n],
          [NAME, 2n],
        ]),
      );
    }),
  );

  test(
    "that could not load a file has failed, with the code and the message of why",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write(NAME, "id,amount\n1,2\n");
      const { error } = await warehouse.ingest();

      expect(
        await warehouse.rows("SELECT status::text, error_code, error_message FROM operations.runs"),
      ).toEqual([{ status: "failed", error_code: "file_refused", error_message: error?.message }]);
      expect(
        await warehouse.rows("SELECT name, status::text FROM operations.run_steps WHERE error_message = $1", [
          error?.message ?? null,
        ]),
      ).toEqual([{ name: "load transactions.csv", status: "failed" }]);
    }),
  );

  test(
    "that is still said to run when the next one starts was killed, and is marked so",
    inWarehouse(async (warehouse) => {
      await warehouse.rows(`
        INSERT INTO operations.runs (job, trigger, status, started_at, heartbeat_at, process)
        VALUES ('ingest', 'manual', 'running', now(), now(), 'gone:1')`);
      await warehouse.rows(`
        INSERT INTO operations.run_steps (run_id, step_number, name, status, started_at)
        SELECT run_id, 1, 'load transactions.csv', 'running', now() FROM operations.runs`);

      await warehouse.ingest();

      expect(
        await warehouse.rows("SELECT status::text, error_code FROM operations.runs ORDER BY run_id"),
      ).toEqual([
        { status: "killed", error_code: "run_killed" },
        { status: "succeeded", error_code: null },
      ]);
      expect(
        await warehouse.rows(
          "SELECT status::text FROM operations.run_steps ORDER BY run_id, step_number LIMIT 1",
        ),
      ).toEqual([{ status: "killed" }]);
    }),
  );

  test(
    "keeps the highest transaction id of the warehouse, whatever it loaded itself",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 50 }));
      await warehouse.ingest();
      await warehouse.files.write("transactions-2.csv", file({ id: 3 }));
      await warehouse.ingest();
      await warehouse.ingest();

      const watermarks = "SELECT watermark::integer FROM operations.runs ORDER BY run_id";
      expect(await warehouse.rows(watermarks)).toEqual([
        { watermark: 50 },
        { watermark: 50 },
        { watermark: 50 },
      ]);
    }),
  );
});
