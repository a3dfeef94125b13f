import { expect, jest, test } from "@jest/globals";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runPrisma } from "../../src/database/migrations.ts";
import { describeOnCitus } from "../fixtures/citus.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionRecords, transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

/** Sends a script whole, as migrations are. */
async function execute(warehouse: Warehouse, script: string): Promise<{ exitCode: number; output: string }> {
  const { config, database } = warehouse.context();
  const file = join(config.dataDir, "migration.sql");
  await writeFile(file, script);
  return runPrisma(["db", "execute", "--file", file], {
    ...{ url: database.url, environment: process.env, output: "collect" },
  });
}

const ADD_NOTE = `ALTER TABLE "ingestion_layer"."fct_transactions" ADD COLUMN "note" TEXT NOT NULL DEFAULT 'none;';`;
const ADD_VIEW = `
  CREATE INDEX "fct_transactions_note_idx" ON "ingestion_layer"."fct_transactions"("note");
  /* a view; /* of all */ facts; */
  CREATE VIEW "aggregation_layer"."noted" AS
    SELECT note, count(*) AS facts FROM ingestion_layer.fct_transactions GROUP BY note;
  CREATE FUNCTION operations.one() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 2; SELECT 1; END;`;
/** One that Citus sends with all of its script. */
const ADD_INDEX = `CREATE INDEX noted_idx ON ingestion_layer.fct_transactions (amount);`;
const COLUMNS = `SELECT count(*)::integer AS columns FROM information_schema.columns WHERE table_name = 'fct_transactions' AND column_name = 'note'`;

describeOnCitus("a migration where facts are distributed", () => {
  test(
    "has its columns, indexes and views of the facts reach all nodes",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      await writePlaces(warehouse);
      await files.write("transactions.csv", transactionsFile(...[1, 2, 3, 4, 5].map((id) => ({ id }))));
      await ingest();

      const { exitCode, output } = await execute(warehouse, ADD_NOTE + ADD_VIEW);

      expect([exitCode, output]).toEqual([0, expect.stringContaining("executed successfully")]);
      const noted =
        "SELECT note, facts::integer, operations.one() AS one FROM aggregation_layer.noted ORDER BY 1";
      expect(await rows(noted)).toEqual([{ note: "none;", facts: 5, one: 1 }]);
      await files.append("transactions.csv", transactionRecords({ id: 6 }, { id: 5, amount: "11.00" }));
      expect(await ingest()).toMatchObject({ loaded: 1, corrected: 1 });
      expect(await rows(noted)).toEqual([{ note: "none;", facts: 6, one: 1 }]);
    }),
  );

  test(
    "that fails says at which line, and leaves nothing",
    inWarehouse(async (warehouse) => {
      const { exitCode, output } = await execute(
        warehouse,
        `-- é 🌷\n${ADD_NOTE} ${ADD_INDEX}\nSELECT '🌷';\nSELECT\n  missing\nFROM operations.runs;\n`,
      );

      expect(exitCode).not.toBe(0);
      expect(output).toContain('column "missing" does not exist (42703)\nat line 5: missing');
      expect(await warehouse.rows(COLUMNS)).toEqual([{ columns: 0 }]);
    }),
  );

  test(
    "that has a transaction of its own is told to do without, and nothing of it is done twice",
    inWarehouse(
      async (warehouse) => {
        const counted = "CREATE TABLE operations.counted AS SELECT 1 AS one";
        for (const script of [
          `BEGIN; ${ADD_INDEX} SELECT 1; COMMIT;`,
          `BEGIN; ${counted}; COMMIT; ${ADD_INDEX} SELECT 1;`,
        ]) {
          const { exitCode, output } = await execute(warehouse, script);
          expect([exitCode, output]).toEqual([
            1,
            expect.stringContaining("Leave out the script's own BEGIN"),
          ]);
        }
        expect(await warehouse.rows("SELECT FROM pg_indexes WHERE indexname = 'noted_idx'")).toEqual([]);
        expect(await warehouse.rows("SELECT * FROM operations.counted")).toEqual([{ one: 1 }]);
      },
      { tampered: true },
    ),
  );

  test(
    "that PostgreSQL does not take is told what PostgreSQL says",
    inWarehouse(async (warehouse) => {
      const { exitCode, output } = await execute(warehouse, `${ADD_NOTE}\nSELCT 1;`);

      expect(exitCode).not.toBe(0);
      expect(output).toContain('syntax error at or near "SELCT" (42601)\nat line 2: SELCT 1;');
    }),
  );
});
