import { describe, expect, test } from "@jest/globals";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  storesFile,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { warningKinds } from "../fixtures/ingestJson.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const logged = ({ log }: Warehouse, level: string) =>
  log.filter((line) => line.level === level).map(({ message, fields }) => ({ message, ...fields }));

describe("a header with a misspelt name", () => {
  test(
    "refuses the file with what is missing and the nearest name, and the others load",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }).replace("device_id", "Devise-ID"));
      await warehouse.files.write("transactions-2.csv", file({ id: 2 }));

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "failed", loaded: 4 });
      expect(JSON.stringify(report.error)).toContain(
        "transactions.csv: a transactions file needs the columns device_id; nearest to device_id is Devise-ID; the header has id, Devise-ID,",
      );
    }),
  );
});

describe("columns that nobody asked for", () => {
  test(
    "are named in one warning, without digits, and only when the header is read first",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("stores.csv", `Nr 4929,${storesFile({ id: 1 }).replace("\n1,", "\nx,1,")}`);
      const report = await warehouse.ingest();
      expect(report).toMatchObject({ loaded: 3, rejected: 0, warnings: 0 });
      expect(warningKinds(report)).toEqual({ extra_columns: 1 });
      await warehouse.files.append("stores.csv", `y,${storesFile({ id: 2 }).split("\n")[1] ?? ""}\n`);
      expect(await warehouse.ingest()).toMatchObject({ loaded: 1, warnings: 0 });

      const about = logged(warehouse, "warn").filter(({ message }) => message.includes("columns"));
      expect(about).toEqual([
        {
          message: "columns that the contract does not know are not read",
          file: "stores.csv",
          columns: ["Nr ####"],
        },
        expect.objectContaining({ message: "stores.csv: 1 extra_columns" }),
      ]);
    }),
  );

  test(
    "leave a short trace in the ledger, however many they are",
    inWarehouse(async (warehouse) => {
      const names = Array.from({ length: 5_000 }, (_, index) => `${4929 + index}${"n".repeat(90)}`);
      const [header = "", record = ""] = storesFile({ id: 1 }).split("\n");
      await warehouse.files.write(
        "stores.csv",
        `${header},${names.join(",")}\n${record}${",".repeat(5_000)}\n`,
      );

      expect(await warehouse.ingest()).toMatchObject({ loaded: 1 });
      const [ledger] = await warehouse.rows<{ dialect: string }>(
        "SELECT dialect::text FROM operations.source_files",
      );
      expect(ledger?.dialect.length).toBeLessThan(2_000);
      expect(ledger?.dialect).toMatch(/"####n+", /);
      expect(ledger?.dialect).not.toContain("4929");
    }),
  );
});

test(
  "warnings are told by their kind, with what they mean",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(
      NAME,
      file(
        { id: 1, card_number: "4,50823E+15" },
        { id: 2, card_number: "4,50823E+15", product_name: "Gift 4111 1111 1111 1111" },
      ),
    );

    const report = await warehouse.ingest({ settings: { CHUNK_RECORDS: "1" } });
    expect(Object.values(warningKinds(report)).reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(logged(warehouse, "warn")).toEqual([
      {
        message: "transactions.csv: 2 card_unreadable",
        meaning: expect.stringContaining("could not be read"),
      },
      { message: "transactions.csv: 1 card_masked", meaning: expect.stringContaining("masked") },
    ]);
  }),
);

describe("a file in UTF-16", () => {
  const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");

  test(
    "that grows is read from where it had ended, in bytes of its text",
    inWarehouse(async (warehouse) => {
      const text = `\ufeff${file({ id: 1, product_name: "Rosé 😀" })}`;
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, utf16(text));
      await warehouse.ingest();
      const growth = records({ id: 2, product_name: "字" });
      await warehouse.files.append(NAME, utf16(growth));

      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1 });
      expect(await facts(warehouse)).toMatchObject([{ name: "Rosé 😀" }, { name: "字" }]);
      const ledger =
        "SELECT committed_bytes::integer AS bytes, dialect ->> 'encoding' AS encoding FROM operations.source_files WHERE path = $1";
      expect(await warehouse.rows(ledger, [NAME])).toEqual([
        { bytes: Buffer.byteLength(text + growth), encoding: "utf-16le" },
      ]);
    }),
  );

  test(
    "that was cut inside a character is mended",
    inWarehouse(async (warehouse) => {
      const bytes = utf16(`\ufeff${file({ id: 1 }, { id: 2, product_name: "😀" })}`);
      await writePlaces(warehouse);
      const from = bytes.indexOf(utf16("😀"));
      for (const end of [from + 1, from + 2, from + 3, bytes.length - 3, bytes.length - 1, bytes.length]) {
        await warehouse.files.write(NAME, bytes.subarray(0, end));
        await warehouse.ingest();
        expect(await warehouse.verify()).toEqual([]);
      }
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2, name: "😀" }]);
      expect(new Set((await quarantine(warehouse)).map(({ state }) => state))).toEqual(new Set(["obsolete"]));
    }),
  );

  test(
    "with half of a surrogate pair rejects its record only",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const text = file({ id: 1 }, { id: 2, product_name: "a\ud83db" }, { id: 3 });
      await warehouse.files.write(NAME, utf16(`\ufeff${text}`));

      expect(await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } })).toMatchObject({ loaded: 5 });
      expect(await quarantine(warehouse)).toMatchObject([{ line: 3, reason: "invalid_encoding" }]);
    }),
  );

  test(
    "whose name says nothing is known by its header",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("export.csv", utf16(`\ufeff${storesFile({ id: 1 })}`));

      expect((await warehouse.ingest()).files).toMatchObject([{ source: "stores", loaded: 1 }]);
    }),
  );
});

test(
  "a file in Latin-1 loses only the records with other letters than ASCII",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const text = file({ id: 1 }, { id: 2, product_name: "Café" }, { id: 3 });
    await warehouse.files.write(NAME, Buffer.from(text, "latin1"));

    expect(await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0.5" } })).toMatchObject({ loaded: 5 });
    expect(await quarantine(warehouse)).toMatchObject([{ line: 3, reason: "invalid_encoding" }]);
  }),
);

test(
  "a file that vanishes after it was found is left alone, and said to be gone",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(NAME, file({ id: 1 }));
    const { context, files } = warehouse;
    const { logger } = context();
    // The first file's end is told before the last one is opened.
    const info = (message: string, fields?: Record<string, unknown>): void => {
      logger.info(message, fields);
      if (message.startsWith("stores.csv")) gone = files.remove(NAME);
    };
    let gone: Promise<void> | undefined;

    const report = await warehouse.ingest({ logger: { ...logger, info } });
    await gone;

    expect(report).toMatchObject({ status: "succeeded", loaded: 3 });
    expect(logged(warehouse, "warn")).toEqual([
      { message: "the file is gone since it was found", file: NAME },
    ]);
  }),
);
