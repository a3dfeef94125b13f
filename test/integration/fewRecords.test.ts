import { describe, expect, jest, test } from "@jest/globals";
import { warningKinds, type IngestJson } from "../fixtures/ingestJson.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import {
  devicesFile,
  MEGABYTE_OF_BLANK_LINES,
  TRANSACTIONS_HEADER,
  transactionRecords,
  transactionsFile,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const USUAL = 40;
/** A quarter of the usual number is still enough. */
const ENOUGH = 10;

/** Makes sales with ids of their own. */
function sales() {
  let id = 0;
  return (count: number) => Array.from({ length: count }, () => ({ id: (id += 1) }));
}

/** Loads a file a day, of so many new sales each. */
async function loadDays(warehouse: Warehouse, counts: readonly number[], next = sales()) {
  await writePlaces(warehouse);
  for (const [day, count] of counts.entries()) {
    await warehouse.files.write(`transactions-${day + 1}.csv`, transactionsFile(...next(count)));
    await warehouse.ingest();
  }
  return next;
}
const usualDays = (days: number): number[] => Array.from({ length: days }, () => USUAL);

async function loadNext(warehouse: Warehouse, content: string | Buffer, name = "transactions-next.csv") {
  await warehouse.files.write(name, content);
  return warehouse.ingest();
}
const ofFile = (report: IngestJson, name = "transactions-next.csv") =>
  report.files.find(({ path }) => path === name);

describe("a file that brings far fewer records than is usual for its source", () => {
  test(
    "is flagged: in the report, the log and the history, and costs nothing",
    inWarehouse(async (warehouse) => {
      const next = await loadDays(warehouse, [USUAL, 38, 50, 41, USUAL]);

      const report = await loadNext(warehouse, transactionsFile(...next(ENOUGH - 1)));

      expect(report).toMatchObject({ status: "succeeded", loaded: 9, rejected: 0, warnings: 0 });
      expect(ofFile(report)).toMatchObject({
        warnings: 0,
        warnings_by_kind: { few_records: 1 },
        usual_records: USUAL,
      });
      expect(warehouse.log.filter(({ level }) => level === "warn")).toEqual([
        expect.objectContaining({
          message: "transactions-next.csv: 1 few_records",
          fields: expect.objectContaining({
            records: 9,
            usual: USUAL,
            loads: 5,
            meaning: expect.stringContaining("median"),
          }),
        }),
      ]);
      expect(
        await warehouse.rows(
          "SELECT counts -> 'few_records' AS few FROM operations.run_steps WHERE name = 'load transactions-next.csv'",
        ),
      ).toEqual([{ few: 1 }]);
      // Unchanged, it is not said again.
      expect(warningKinds(await warehouse.ingest())).toEqual({});
    }),
  );

  test(
    "is one of less than a quarter of the median, rejected records counted in",
    inWarehouse(async (warehouse) => {
      const next = await loadDays(warehouse, [1, 1, USUAL, USUAL, USUAL, 400]);

      const enough = transactionsFile(...next(ENOUGH - 1), { id: 9_999, amount: "x" });
      expect(warningKinds(await loadNext(warehouse, enough))).toEqual({});
    }),
  );

  test(
    "is not looked for in the first days",
    inWarehouse(async (warehouse) => {
      const next = await loadDays(warehouse, usualDays(4));

      expect(warningKinds(await loadNext(warehouse, transactionsFile(...next(1))))).toEqual({});
    }),
  );

  test(
    "is found among the files of one run as well, each compared with those before it",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const next = sales();
      for (const [day, count] of [1, USUAL, USUAL, USUAL, USUAL, USUAL, 2, USUAL].entries())
        await warehouse.files.write(`transactions-${day + 1}.csv`, transactionsFile(...next(count)));

      const { files } = await warehouse.ingest();

      const flagged = files.filter((file) => "few_records" in file.warnings_by_kind);
      expect(flagged).toMatchObject([{ path: "transactions-7.csv", records_read: 2, usual_records: USUAL }]);
    }),
  );

  test(
    "is compared with its own source, and with its latest twenty loads",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const next = sales();
      for (const [run, count] of [USUAL, 4].entries()) {
        for (let file = 1; file <= 20; file += 1)
          await warehouse.files.write(`transactions-${run}-${file}.csv`, transactionsFile(...next(count)));
        await warehouse.ingest();
      }

      expect(warningKinds(await loadNext(warehouse, transactionsFile(...next(1))))).toEqual({});
      const devices = devicesFile({ id: 3, store_id: 1 });
      expect(warningKinds(await loadNext(warehouse, devices, "devices-next.csv"))).toEqual({});
    }),
  );
});

describe("a file that has grown", () => {
  const NAME = "transactions.csv";
  const grow = async (warehouse: Warehouse, records: string) => {
    await warehouse.files.append(NAME, records);
    return warehouse.ingest();
  };

  test(
    "is judged by what has come: a few lines are few where growth is more as a rule",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const next = sales();
      await loadNext(warehouse, transactionsFile(...next(USUAL)), NAME);
      for (let day = 0; day < 5; day += 1) await grow(warehouse, transactionRecords(...next(USUAL)));

      expect(ofFile(await grow(warehouse, transactionRecords(...next(3))), NAME)).toMatchObject({
        records_read: 3,
        warnings_by_kind: { few_records: 1 },
        usual_records: USUAL,
      });
    }),
  );

  test(
    "by few lines as ever is not flagged, however large it was at first",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const next = sales();
      await loadNext(warehouse, transactionsFile(...next(USUAL)), NAME);
      for (let day = 0; day < 6; day += 1)
        expect(warningKinds(await grow(warehouse, transactionRecords(...next(3))))).toEqual({});
    }),
  );

  test(
    "by nothing but the end of its last line, or by blank lines, has brought no load",
    inWarehouse(async (warehouse) => {
      const next = await loadDays(warehouse, usualDays(5));
      await loadNext(warehouse, transactionsFile(...next(USUAL)).trimEnd(), NAME);

      const ended = await grow(warehouse, "\n");
      expect(ofFile(ended, NAME)).toMatchObject({ status: "loaded", records_read: 1 });
      expect(warningKinds(ended)).toEqual({});
      expect(warningKinds(await grow(warehouse, "\n\n"))).toEqual({});
      // With another line behind it, that one is all that has come.
      await grow(warehouse, transactionRecords(...next(USUAL)).trimEnd());
      expect(ofFile(await grow(warehouse, `\n${transactionRecords(...next(1))}`), NAME)).toMatchObject({
        records_read: 2,
        warnings_by_kind: { few_records: 1 },
      });
    }),
  );

  test(
    "only since its load was broken off is judged as a whole",
    inWarehouse(async (warehouse) => {
      const next = await loadDays(warehouse, usualDays(5));
      const inTwoChunks =
        transactionsFile(...next(USUAL)) +
        MEGABYTE_OF_BLANK_LINES +
        transactionRecords({ id: 9_999, amount: "x" });
      const settings = { CHUNK_RECORDS: "1", MAX_REJECT_RATIO: "0" };
      await warehouse.files.write(NAME, inTwoChunks);
      const brokenOff = await warehouse.ingest({ settings });
      expect(brokenOff).toMatchObject({ status: "failed", loaded: USUAL });
      expect(warningKinds(brokenOff)).toEqual({});

      const resumed = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });

      expect(ofFile(resumed, NAME)).toMatchObject({ status: "loaded", records_read: 1 });
      expect(warningKinds(resumed)).toEqual({});
    }),
  );
});

describe("a file that is replaced", () => {
  test(
    "is judged anew, by all it holds now",
    inWarehouse(async (warehouse) => {
      const next = await loadDays(warehouse, usualDays(5));
      const replace = (content: string) => loadNext(warehouse, content, "transactions-5.csv");

      expect(warningKinds(await replace(transactionsFile(...next(2))))).toEqual({ few_records: 1 });
      expect(warningKinds(await replace(transactionsFile(...next(USUAL))))).toEqual({});
      expect(warningKinds(await replace(TRANSACTIONS_HEADER))).toEqual({ no_records: 1 });
    }),
  );
});

describe("a file without a record", () => {
  test.each([
    ["a header only", TRANSACTIONS_HEADER],
    ["a header without its line end", TRANSACTIONS_HEADER.trimEnd()],
    ["a header and blank lines", `${TRANSACTIONS_HEADER}\n \n\n`],
  ])("is flagged, and loaded: %s", (_, content) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);

      const report = await loadNext(warehouse, content);

      expect(report).toMatchObject({ status: "succeeded", warnings: 0 });
      expect(ofFile(report)).toMatchObject({
        status: "loaded",
        records_read: 0,
        warnings_by_kind: { no_records: 1 },
      });
      expect(warehouse.log.filter(({ level }) => level === "warn")).toMatchObject([
        { message: "transactions-next.csv: 1 no_records" },
      ]);
      expect(warningKinds(await loadNext(warehouse, transactionsFile({ id: 1 })))).toEqual({});
    })(),
  );

  test.each([
    ["nothing at all", ""],
    ["a byte order mark only", "\ufeff"],
    ["a byte order mark of UTF-16 only", Buffer.from("\ufeff", "utf16le")],
    ["blank lines only", "\n\n\n"],
  ])("that has no header either is flagged, and refused as ever: %s", (_, content) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));

      const report = await loadNext(warehouse, content);

      expect(report).toMatchObject({ status: "failed", loaded: 4, error: { code: "file_refused" } });
      expect(ofFile(report)).toMatchObject({ status: "failed", warnings_by_kind: { no_records: 1 } });
    })(),
  );
});

test(
  "what is usual is asked once a source that something is loaded of, and not at all with nothing new",
  inWarehouse(async (warehouse) => {
    const next = await loadDays(warehouse, usualDays(5));
    const query = jest.spyOn(warehouse.database.pool, "query");
    const questions = () =>
      query.mock.calls.filter(([text]) => text.includes("ORDER BY run_id DESC, file_id DESC")).length;
    try {
      await warehouse.ingest();
      expect(questions()).toBe(0);
      await warehouse.files.write("transactions-6.csv", transactionsFile(...next(USUAL)));
      await warehouse.files.write("transactions-7.csv", transactionsFile(...next(USUAL)));
      await warehouse.ingest();
      expect(questions()).toBe(1);
    } finally {
      query.mockRestore();
    }
  }),
);
