import { describe, expect, test } from "@jest/globals";
import { bytesRead, facts, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  TRANSACTIONS_HEADER,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";

describe("a file that has grown", () => {
  test(
    "is read from where it had ended, and only what is new loads",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 5 }, { id: 6 }));
      await warehouse.ingest();
      const growth = records({ id: 7 }, { id: 8 });
      await warehouse.files.append(NAME, growth);

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ records_read: 2, loaded: 2, already_present: 0, watermark: 8 });
      expect(await bytesRead(warehouse, report.run_id)).toEqual({ [NAME]: growth.length });
      const lines = "SELECT source_line::integer AS line FROM ingestion_layer.fct_transactions ORDER BY 1";
      expect(await warehouse.rows(lines)).toEqual([{ line: 2 }, { line: 3 }, { line: 4 }, { line: 5 }]);
    }),
  );

  test(
    "by a record with a lower id than any before loads that record, and the watermark stays",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 500 }));
      await warehouse.ingest();
      await warehouse.files.append(NAME, records({ id: 3, amount: "7.50" }));

      expect(await warehouse.ingest()).toMatchObject({ loaded: 1, watermark: 500 });
      expect(await facts(warehouse)).toMatchObject([{ id: 3, amount: "7.50" }, { id: 500 }]);
    }),
  );

  test.each(["\n", "\r\n"])("after a last line without its end goes on at the right line (%j)", (lineEnd) =>
    inWarehouse(async (warehouse) => {
      const lines = file({ id: 1 }, { id: 2 }).trimEnd().replaceAll("\n", lineEnd);
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, lines);
      await warehouse.ingest();
      await warehouse.files.append(NAME, lineEnd + records({ id: 3 }));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 2, loaded: 1, already_present: 1 });
      const line =
        "SELECT source_line::integer FROM ingestion_layer.fct_transactions WHERE transaction_id = 3";
      expect(await warehouse.rows(line)).toEqual([{ source_line: 4 }]);
    })(),
  );

  test(
    "after its last line was caught half written loads that line whole",
    inWarehouse(async (warehouse) => {
      const whole = file({ id: 1 }, { id: 2 }, { id: 3 });
      const cut = whole.length - records({ id: 3 }).length + 4;
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, whole.slice(0, cut));
      expect(await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0.5" } })).toMatchObject({
        rejected: 1,
      });
      await warehouse.files.append(NAME, whole.slice(cut));

      expect(await warehouse.ingest()).toMatchObject({
        records_read: 1,
        loaded: 1,
        already_present: 0,
        rejected: 0,
      });
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
    }),
  );
});

describe("a file of which earlier bytes changed", () => {
  test(
    "is read anew: known rows are recognised, new ones load, the old ledger row is kept as replaced",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 2 }));
      await warehouse.ingest();
      const replacement = file({ id: 9 }, { id: 2 }, { id: 1 });
      await warehouse.files.write(NAME, replacement);

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ records_read: 3, loaded: 1, already_present: 2, rejected: 0 });
      expect(await bytesRead(warehouse, report.run_id)).toEqual({ [NAME]: replacement.length });
      const ledger =
        "SELECT status::text FROM operations.source_files WHERE source = 'transactions' ORDER BY file_id";
      expect(await warehouse.rows(ledger)).toEqual([{ status: "replaced" }, { status: "loaded" }]);
    }),
  );

  test(
    "is noticed though its size and its modification time are the same",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }));
      await warehouse.ingest();
      await warehouse.files.write(NAME, file({ id: 2 }));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1 });
    }),
  );

  test(
    "is read anew when it became shorter, and what it had brought stays",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 2 }, { id: 3 }));
      await warehouse.ingest();
      await warehouse.files.write(NAME, file({ id: 1 }));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 0, already_present: 1 });
      expect(await facts(warehouse)).toHaveLength(3);
    }),
  );
});

describe("a file with nothing in it yet", () => {
  test(
    "but a header is loaded, and its first records load when they come",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, TRANSACTIONS_HEADER);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 3 });
      await warehouse.files.append(NAME, records({ id: 1 }));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1 });
    }),
  );

  test(
    "at all is refused by name, and the others load",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, "");
      await warehouse.files.write("transactions-2.csv", file({ id: 1 }));

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "failed", loaded: 4 });
      expect(report.error?.message).toContain("transactions.csv: the file is empty");
      await warehouse.files.write(NAME, file({ id: 2 }));
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 1 });
    }),
  );
});
