import { describe, expect, test } from "@jest/globals";
import { quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";

/** Times, digests and numbers of the system's own: three digits of them say nothing. */
const NOT_OF_THE_FILE = /(_at|_ns|_ms|_digest|^digest_key|^inode|^process)$/;

describe("a header that does not fit", () => {
  test(
    "for want of columns refuses the file, names them, and the others load",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, "id,device_id,product_name\n1,1,Tulips\n");
      await warehouse.files.write("transactions-2.csv", file({ id: 1 }));

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "failed", loaded: 4 });
      expect(report.error?.message).toMatch(/transactions\.csv.*product_sku, category_name, amount, status/);
      expect(report.files.map(({ path, status }) => [path, status])).toContainEqual([NAME, "failed"]);
      expect(await warehouse.rows("SELECT status::text, error_code FROM operations.runs")).toEqual([
        { status: "failed", error_code: "file_refused" },
      ]);
    }),
  );

  test(
    "for a column that stands twice refuses the file",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("devices.csv", "id,type,store_id,Type\n1,1,1,2\n");

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "failed", records_read: 0 });
      expect(report.error?.message).toContain("the column type stands twice");
    }),
  );

  test(
    "is forgotten once the file is mended",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, "id,amount\n1,2\n");
      await warehouse.ingest();
      await warehouse.files.write(NAME, file({ id: 1 }).replaceAll(",", ";"));

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 1 });
      const [ledger] = await warehouse.rows<{ status: string; refusal: string | null; dialect: unknown }>(
        "SELECT status::text, refusal, dialect FROM operations.source_files WHERE path = $1",
        [NAME],
      );
      expect(ledger).toMatchObject({ status: "loaded", refusal: null, dialect: { delimiter: ";" } });
    }),
  );

  test(
    "because there is none keeps no digit of the record that stands in its place",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write(NAME, "1,169,Tulips,37700,Flowers,749,accepted,4929170863155411,714,a,b\n");

      const report = await warehouse.ingest();

      expect(report.status).toBe("failed");
      const kept = await warehouse.rows(
        "SELECT * FROM operations.source_files, operations.runs, operations.run_steps",
      );
      const told = JSON.stringify([report, warehouse.log, kept], (key, value: unknown) =>
        NOT_OF_THE_FILE.test(key) ? undefined : value,
      );
      expect(told).not.toMatch(/4929170863155411|714/);
    }),
  );
});

test(
  "a record that cannot be read is quarantined with its file, line and reason, and the others load",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(NAME, file({ id: 1 }, { id: 2, amount: "abc" }, { id: 3 }));

    const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });

    expect(report).toMatchObject({ status: "succeeded", loaded: 5, rejected: 1 });
    expect(await quarantine(warehouse)).toEqual([
      { path: NAME, line: 3, key: 2, reason: "bad_amount", state: "rejected" },
    ]);
  }),
);
