import { describe, expect, test } from "@jest/globals";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { spreadOut, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";

describe("a file of which too large a share is rejected", () => {
  const half = file({ id: 1 }, { id: 2, amount: "x" }, { id: 3, status: "lost" }, { id: 4 });

  test(
    "stops: nothing of the chunk is kept, and the message names line, reasons and what to do",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, half);

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "failed", loaded: 3, rejected: 0 });
      expect(report.error?.message).toContain("transactions.csv:3: 2 of the first 4 records were rejected");
      expect(report.error?.message).toContain("MAX_REJECT_RATIO=0.1");
      expect(report.error?.message).toContain(
        "bad_amount 1 (first at line 3), unknown_status 1 (first at line 4)",
      );
      expect(await facts(warehouse)).toEqual([]);
      expect(await quarantine(warehouse)).toEqual([]);
      expect(
        await warehouse.rows("SELECT status::text, refusal FROM operations.source_files WHERE path = $1", [
          NAME,
        ]),
      ).toMatchObject([{ status: "failed", refusal: report.error?.message }]);
    }),
  );

  test(
    "goes on with a higher share, and such records are quarantined",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, half);
      await warehouse.ingest();

      const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0.5" } });

      expect(report).toMatchObject({ status: "succeeded", records_read: 4, loaded: 2, rejected: 2 });
      expect(await quarantine(warehouse)).toMatchObject([
        { line: 3, reason: "bad_amount" },
        { line: 4, reason: "unknown_status" },
      ]);
    }),
  );

  test(
    "keeps the chunks that came before, and goes on after them",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        spreadOut(file({ id: 1 }, { id: 2 }, { id: 3, amount: "x" }, { id: 4 })),
      );

      const report = await warehouse.ingest({ settings: { CHUNK_RECORDS: "1" } });

      expect(report.files[2]).toMatchObject({ status: "failed", records_read: 2, loaded: 2, rejected: 0 });
      expect(report.error?.message).toContain("1 of the first 3 records");
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }]);
      expect(await warehouse.verify()).toEqual([]);

      const next = await warehouse.ingest({ settings: { CHUNK_RECORDS: "1", MAX_REJECT_RATIO: "0.4" } });
      expect(next).toMatchObject({ status: "succeeded", records_read: 2, loaded: 1, rejected: 1 });
    }),
  );

  test(
    "is judged over the file so far, what earlier runs read of it counted in",
    inWarehouse(async (warehouse) => {
      const settings = { MAX_REJECT_RATIO: "0.5" };
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1, amount: "x" }, { id: 2 }));
      await warehouse.ingest({ settings });
      await warehouse.files.append(NAME, "3,half,a,record\n");

      const report = await warehouse.ingest({ settings });

      expect(report).toMatchObject({ status: "failed", rejected: 0 });
      expect(report.error?.message).toContain("2 of the first 3 records");
    }),
  );

  test(
    "does not keep other files from loading",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, half);
      await warehouse.files.write("transactions-2.csv", file({ id: 9 }));

      expect(await warehouse.ingest()).toMatchObject({ status: "failed", loaded: 4 });
      expect(await facts(warehouse)).toMatchObject([{ id: 9 }]);
    }),
  );
});

describe("every record has exactly one outcome", () => {
  test.each(["runs", "run_files", "source_files", "file_ranges"])(
    "operations.%s refuses counts that do not add up",
    (table) =>
      inWarehouse(async (warehouse) => {
        await writePlaces(warehouse);
        await warehouse.files.write(NAME, file({ id: 1 }));
        await warehouse.ingest();

        for (const column of [
          "records_read",
          "loaded",
          "already_present",
          "corrected",
          "superseded",
          "rejected",
        ]) {
          const wrong = warehouse.rows(`UPDATE operations.${table} SET ${column} = ${column} + 1`);
          await expect(wrong).rejects.toMatchObject({ code: "23514" });
        }
      })(),
  );
});
