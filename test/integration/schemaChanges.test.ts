import { describe, expect, test } from "@jest/globals";
import { onMessage } from "../fixtures/collectingLogger.ts";
import { warningKinds, type IngestJson } from "../fixtures/ingestJson.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { endSessions } from "../fixtures/otherConnection.ts";
import { withRefresh } from "../fixtures/refresh.ts";
import {
  deviceRecords,
  devicesFile,
  spreadOut,
  transactionRecords,
  transactionsFile,
} from "../fixtures/sourceText.ts";
import { withUndo } from "../fixtures/undo.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const FAIL = { SCHEMA_CHANGES: "fail" };
const DAY_1 = "transactions-1.csv";
const DAY_2 = "transactions-2.csv";

/** A transactions file with other columns: each record's fields by header name, in their order. */
function fileOf(columns: Record<string, (id: number) => string | number>, ...ids: number[]): string {
  const line = (values: (string | number)[]): string => `${values.join(",")}\n`;
  const records = ids.map((id) => line(Object.values(columns).map((value) => value(id))));
  return line(Object.keys(columns)) + records.join("");
}

const COLUMNS: Record<string, (id: number) => string | number> = {
  id: (id) => id,
  device_id: () => 1,
  product_name: () => "Tulips",
  product_sku: () => "3770009015048",
  category_name: () => "Flowers",
  amount: () => "10.00",
  status: () => "accepted",
  card_number: () => "4929123456789012",
  cvv: () => "737",
  created_at: () => "02/21/2022 10:00:00",
  happened_at: () => "02/21/2022 09:00:00",
};

function without(...names: string[]): typeof COLUMNS {
  return Object.fromEntries(Object.entries(COLUMNS).filter(([name]) => !names.includes(name)));
}

/** A warehouse in which a file of a first day is loaded. */
async function loadFirst(warehouse: Warehouse, settings = {}): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write(DAY_1, fileOf(COLUMNS, 1, 2, 3));
  const report = await warehouse.ingest({ settings });
  expect(report).toMatchObject({ status: "succeeded" });
  expect(warningKinds(report)).toEqual({});
}

async function loadNext(warehouse: Warehouse, content: string, settings = {}, name = DAY_2) {
  await warehouse.files.write(name, content);
  return warehouse.ingest({ settings });
}

const ofFile = (report: IngestJson, name = DAY_2) => report.files.find(({ path }) => path === name);

/** What is kept of changes with runs. */
const kept = ({ rows }: Warehouse) =>
  rows<{ run: number; path: string; compared_with: string; schema_changes: unknown }>(
    `SELECT run_id AS run, path, compared_with, schema_changes
     FROM operations.run_files JOIN operations.source_files USING (file_id)
     WHERE schema_changes IS NOT NULL ORDER BY run_id, file_id`,
  );

describe("a file whose columns have changed", () => {
  test(
    "is loaded, and what has changed is told once: in the report, the log, the step and the run",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const changed = {
        ...without("cvv"),
        happened_at: () => "2022-02-21T09:00:00Z",
        "Loyalty Points": (id: number) => 10 * id,
      };
      const changes = [
        { column: "cvv", change: "vanished", before: null, after: null },
        {
          column: "happened_at",
          change: "type",
          before: "timestamp (month/day/year)",
          after: "timestamp (ISO with zone)",
        },
        { column: "loyalty_points", change: "appeared", before: null, after: "number" },
      ];

      const report = await loadNext(warehouse, fileOf(changed, 4, 5));

      expect(report).toMatchObject({ status: "succeeded", loaded: 2, warnings: 0 });
      expect(ofFile(report)).toMatchObject({
        compared_with: DAY_1,
        schema_changes: expect.arrayContaining(changes),
        warnings_by_kind: { schema_changed: 1, extra_columns: 1 },
      });
      expect(ofFile(report)?.schema_changes).toHaveLength(3);
      expect(warehouse.log.filter(({ message }) => message.includes("schema_changed"))).toEqual([
        {
          level: "warn",
          message: `${DAY_2}: 1 schema_changed`,
          fields: {
            meaning: expect.stringContaining("SCHEMA_CHANGES"),
            compared_with: DAY_1,
            changes: expect.arrayContaining([
              "vanished: cvv",
              "type: happened_at, timestamp (month/day/year) before, now timestamp (ISO with zone)",
              "appeared: loyalty_points (number)",
            ]),
          },
        },
      ]);
      expect(
        await warehouse.rows("SELECT name FROM operations.run_steps WHERE counts ? 'schema_changed'"),
      ).toEqual([{ name: `load ${DAY_2}` }]);
      expect(await kept(warehouse)).toEqual([
        { run: 2, path: DAY_2, compared_with: DAY_1, schema_changes: ofFile(report)?.schema_changes },
      ]);
      expect(warningKinds(await warehouse.ingest())).toEqual({});
      // It is what the next one is compared with, whatever is there beside it.
      expect(warningKinds(await loadNext(warehouse, fileOf(changed, 6), {}, "a-3.csv"))).toEqual({
        extra_columns: 1,
      });
    }),
  );

  test.each<[string, Record<string, (id: number) => string | number>, string]>([
    ["optional ones vanish", without("card_number", "cvv"), "vanished: cvv; vanished: card_number"],
    [
      "one is called otherwise",
      { ...without("card_number"), card_nr: () => "" },
      "renamed: card_number, now card_nr",
    ],
    [
      "amounts have a comma",
      { ...COLUMNS, amount: () => '"12,50"' },
      "type: amount, number before, now number with a comma",
    ],
    ["ids are texts", { ...COLUMNS, id: (id) => `T-${id}` }, "type: id, number before, now text"],
    [
      "days come first",
      { ...COLUMNS, created_at: () => "21/02/2022 10:00" },
      "type: created_at, timestamp (month/day/year) before, now timestamp (day/month/year)",
    ],
  ])("is told where %s", (_, columns, words) =>
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      await loadNext(warehouse, fileOf(columns, 4, 5), { MAX_REJECT_RATIO: "1" });
      const [line] = warehouse.log.filter(({ message }) => message === `${DAY_2}: 1 schema_changed`);
      expect(line?.fields["changes"]).toEqual(words.split("; "));
    })(),
  );

  test.each<[string, string]>([
    [
      "stand in another order, written otherwise",
      fileOf(
        Object.fromEntries(
          Object.entries(COLUMNS)
            .reverse()
            .map(([name, value]) => [` ${name.toUpperCase().replace("_", " ")}`, value]),
        ),
        4,
      ),
    ],
    ["have amounts without decimals", fileOf({ ...COLUMNS, amount: () => 749, id: (id) => `${id}.0` }, 4)],
    [
      "are empty, or hold no day over 12",
      fileOf({ ...COLUMNS, card_number: () => "", created_at: () => "02/01/2022 10:00:00" }, 4),
    ],
    [
      "hold other kinds of text",
      fileOf(
        { ...COLUMNS, product_name: () => 7, product_sku: () => "v3770", category_name: () => "2022-01-01" },
        4,
      ),
    ],
    ["have no record", fileOf(COLUMNS)],
    ["are parted by another delimiter", fileOf(COLUMNS, 4).replaceAll(",", ";")],
  ])("is not one whose columns %s", (_, content) =>
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse, FAIL);
      const report = await loadNext(warehouse, content, FAIL);
      expect(report).toMatchObject({ status: "succeeded", rejected: 0 });
      expect(await kept(warehouse)).toEqual([]);
    })(),
  );

  test(
    "is not one that grows, nor a file of another source",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse, FAIL);
      await loadNext(warehouse, fileOf(without("cvv"), 4), {}, "transactions-0.csv");
      await warehouse.files.append(DAY_1, transactionRecords({ id: 5 }));
      await warehouse.files.append("devices.csv", deviceRecords({ id: 9 }));
      expect(await warehouse.ingest({ settings: FAIL })).toMatchObject({ status: "succeeded", loaded: 2 });
      expect(await loadNext(warehouse, fileOf(without("cvv"), 6), FAIL, "a-3.csv")).toMatchObject({
        loaded: 1,
      });
    }),
  );

  test(
    "is compared with what stood at its own path before, where that was loaded last",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const report = await loadNext(warehouse, fileOf(without("cvv"), 1, 2, 3), {}, DAY_1);
      expect(ofFile(report, DAY_1)).toMatchObject({
        compared_with: DAY_1,
        schema_changes: [{ column: "cvv", change: "vanished", before: null, after: null }],
      });
      const refused = await loadNext(warehouse, fileOf(COLUMNS, 1), FAIL, DAY_1);
      expect(refused.error?.message).toContain(
        "it has other columns than what stood at its path before, and was loaded last (appeared: cvv)",
      );
    }),
  );

  test(
    "is found among the files of one run as well, each compared with the one before it",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      for (const [day, columns] of [COLUMNS, COLUMNS, without("cvv"), without("cvv"), COLUMNS].entries())
        await warehouse.files.write(`transactions-${day}.csv`, fileOf(columns, day + 1));
      await warehouse.ingest();
      expect((await kept(warehouse)).map(({ path, compared_with: before }) => [path, before])).toEqual([
        ["transactions-2.csv", "transactions-1.csv"],
        ["transactions-4.csv", "transactions-3.csv"],
      ]);
    }),
  );

  test(
    "is nothing to speak of where nobody asks: what comes next is compared with it all the same",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const ignored = await loadNext(warehouse, fileOf(without("cvv"), 4), {
        SCHEMA_CHANGES: "transactions=ignore",
      });
      expect(ignored).toMatchObject({ status: "succeeded", loaded: 1 });
      expect(ofFile(ignored)).not.toHaveProperty("schema_changes");
      expect(warningKinds(ignored)).toEqual({});
      expect(await kept(warehouse)).toEqual([]);
      expect(await loadNext(warehouse, fileOf(without("cvv"), 5), FAIL, "a-3.csv")).toMatchObject({
        loaded: 1,
      });
    }),
  );

  test(
    "says what has changed also where a required column has vanished",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const report = await loadNext(warehouse, fileOf({ ...without("amount"), "Total Amount": () => 1 }, 4));
      expect(ofFile(report)).toMatchObject({
        status: "failed",
        error: { code: "file_refused", message: expect.stringContaining("needs the columns amount") },
        compared_with: DAY_1,
        schema_changes: [
          { column: "amount", change: "vanished" },
          { column: "total_amount", change: "appeared" },
        ],
        warnings_by_kind: {},
      });
      expect(await kept(warehouse)).toMatchObject([{ run: 2, path: DAY_2, compared_with: DAY_1 }]);
    }),
  );

  test(
    "that begins with a record in place of a header keeps nothing of it",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const [, record = ""] = fileOf(COLUMNS, 4).split("\n");
      expect(ofFile(await loadNext(warehouse, `${record}\n`))).not.toHaveProperty("schema_changes");
      expect(await kept(warehouse)).toEqual([]);
    }),
  );

  test(
    "keeps no card and no digit of a name with what has changed",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const report = await loadNext(
        warehouse,
        fileOf({ ...COLUMNS, "4929123456789012": () => "4556123456789012" }, 4),
      );
      expect(ofFile(report)).toMatchObject({
        schema_changes: [{ column: "################", change: "appeared", after: "number" }],
      });
      const all = JSON.stringify([
        report,
        warehouse.log,
        await kept(warehouse),
        await warehouse.rows("SELECT dialect FROM operations.source_files"),
      ]);
      expect(all).not.toMatch(/4929|4556|737/);
    }),
  );
});

describe("a file whose columns have changed, where that is refused", () => {
  const changed = (...ids: number[]): string => fileOf({ ...without("cvv"), points: (id) => id }, ...ids);

  test(
    "is not loaded, says how to let it in, and the others load",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse, FAIL);
      await warehouse.files.write("devices-2.csv", devicesFile({ id: 9 }));
      const report = await loadNext(warehouse, changed(4), FAIL);

      expect(report).toMatchObject({ status: "failed", loaded: 1, error: { code: "schema_changed" } });
      expect(report.error?.message).toBe(
        `${DAY_2}: it has other columns than ${DAY_1}, the last transactions file before it (vanished: cvv; appeared: points (number)), ` +
          "and SCHEMA_CHANGES refuses that. Nothing of it is loaded. To let it in: SCHEMA_CHANGES=warn npm run job:ingest",
      );
      expect(ofFile(report)).toMatchObject({ status: "failed", compared_with: DAY_1, records_read: 0 });
      expect(await kept(warehouse)).toMatchObject([{ run: 2, path: DAY_2 }]);
      const [ledger] = await warehouse.rows(
        "SELECT status::text, refusal FROM operations.source_files WHERE path = $1",
        [DAY_2],
      );
      expect(ledger).toMatchObject({ status: "failed", refusal: expect.stringContaining("vanished: cvv") });
      // Nor is it by the next run.
      expect(await warehouse.ingest({ settings: FAIL })).toMatchObject({ status: "failed", loaded: 0 });
    }),
  );

  test(
    "is what the next ones are compared with, once it was let in",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse, FAIL);
      await loadNext(warehouse, changed(4), FAIL);
      // One as before comes meanwhile.
      await loadNext(warehouse, fileOf(COLUMNS, 5), FAIL, "a-3.csv");

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 1 });

      expect(await loadNext(warehouse, changed(6), FAIL, "a-4.csv")).toMatchObject({
        status: "succeeded",
        loaded: 1,
      });
      const [ledger] = await warehouse.rows(
        "SELECT status::text, refusal FROM operations.source_files WHERE path = $1",
        [DAY_2],
      );
      expect(ledger).toEqual({ status: "loaded", refusal: null });
    }),
  );

  test(
    "is so for the sources that are named",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      await warehouse.files.write("devices-2.csv", "id,type,store_id,note\n9,1,1,new\n");
      const report = await loadNext(warehouse, changed(4), { SCHEMA_CHANGES: "devices=fail" });
      expect(report.files.map(({ path, status }) => [path, status])).toEqual(
        expect.arrayContaining([
          ["devices-2.csv", "failed"],
          [DAY_2, "loaded"],
        ]),
      );
    }),
  );

  test(
    "leaves what was loaded from its path before",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse, FAIL);
      await loadNext(warehouse, changed(1, 2), FAIL, DAY_1);
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([1, 2, 3]);
    }),
  );
});

describe("changed columns", () => {
  const changed = (...ids: number[]): string => fileOf(without("cvv"), ...ids);

  test(
    "are compared with no file that a backfill or a replay only read again",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      const broken = fileOf({ ...without("cvv"), amount: (id) => (id === 5 ? "x" : "10.00") }, 4, 5);
      await loadNext(warehouse, broken, { MAX_REJECT_RATIO: "1" });

      const again = await warehouse.ingest({
        range: { fromId: 1, toId: 9 },
        settings: { ...FAIL, MAX_REJECT_RATIO: "1" },
      });
      expect(again).toMatchObject({ status: "succeeded", already_present: 4 });
      expect(again.files.flatMap(({ schema_changes: changes }) => changes ?? [])).toEqual([]);
      await warehouse.ingest({ range: { fromId: 1, toId: 9 }, files: [`${warehouse.files.path}/${DAY_1}`] });
      await warehouse.replay();

      expect(await loadNext(warehouse, changed(6), FAIL, "a-3.csv")).toMatchObject({ loaded: 1 });
    }),
  );

  test(
    "are told by a dry run, and leave nothing",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      await warehouse.files.write(DAY_2, changed(4));
      expect(ofFile(await warehouse.ingest({ dryRun: true }))).toMatchObject({ compared_with: DAY_1 });
      expect(await kept(warehouse)).toEqual([]);
      expect(ofFile(await warehouse.ingest())).toMatchObject({ compared_with: DAY_1 });
    }),
  );

  test(
    "are told once of a run that begins again, since its connection broke",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      await warehouse.files.write(DAY_2, spreadOut(fileOf(without("cvv"), 4, 5, 6)));
      const breaking = onMessage("chunk committed", DAY_2, () => endSessions(warehouse, "tillhouse loader"));
      const report = await warehouse.ingest({
        settings: { CHUNK_RECORDS: "1", RETRY_MS: "60000" },
        logger: breaking.logger,
      });
      await breaking.done();
      expect(ofFile(report)).toMatchObject({
        status: "loaded",
        loaded: 3,
        compared_with: DAY_1,
        warnings_by_kind: { schema_changed: 1 },
      });
      expect(await kept(warehouse)).toMatchObject([{ run: 2, path: DAY_2 }]);
    }),
  );

  test(
    "are not told of what a file was before it was rewritten under the run",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      await warehouse.files.write(DAY_2, spreadOut(fileOf(without("cvv"), 4, 5, 6)));
      const rewriting = onMessage("chunk committed", DAY_2, () =>
        warehouse.files.write(DAY_2, spreadOut(fileOf(COLUMNS, 4, 5, 6))),
      );
      const report = await warehouse.ingest({ settings: { CHUNK_RECORDS: "1" }, logger: rewriting.logger });
      await rewriting.done();
      expect(ofFile(report)).toMatchObject({ status: "loaded", warnings_by_kind: {} });
      expect(ofFile(report)).not.toHaveProperty("schema_changes");
    }),
  );

  test("are those since the file before, once the last one was taken back", () =>
    withUndo(async (warehouse, undo) => {
      await loadFirst(warehouse);
      await loadNext(warehouse, changed(4));
      await undo();
      await warehouse.files.remove(DAY_2);
      expect(ofFile(await loadNext(warehouse, changed(5), {}, "a-3.csv"), "a-3.csv")).toMatchObject({
        compared_with: DAY_1,
      });
    }));

  test("of what was let in are let in by a refresh, which tells them again", () =>
    withRefresh(async (warehouse, refresh) => {
      await loadFirst(warehouse);
      await loadNext(warehouse, changed(4));

      const report = await refresh({ settings: FAIL });

      expect(report).toMatchObject({ status: "succeeded", loaded: 7 });
      expect(ofFile(report)).toMatchObject({ compared_with: DAY_1, warnings_by_kind: { schema_changed: 1 } });
      expect(await loadNext(warehouse, changed(5), FAIL, "a-3.csv")).toMatchObject({ loaded: 1 });
    }));

  test("stop a refresh where they are those of a file that was never let in, and all is as it was", () =>
    withRefresh(async (warehouse, refresh) => {
      await loadFirst(warehouse);
      await warehouse.files.write(DAY_2, changed(4));
      await expect(refresh({ settings: FAIL })).rejects.toMatchObject({ code: "schema_changed" });
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([1, 2, 3]);
      expect(await warehouse.ingest()).toMatchObject({ loaded: 1 });
    }));

  test("are no reason for a refresh to miss a file that was refused for them, and is gone", () =>
    withRefresh(async (warehouse, refresh) => {
      await loadFirst(warehouse);
      await loadNext(warehouse, changed(4), FAIL);
      await warehouse.files.remove(DAY_2);
      expect(await refresh()).toMatchObject({ status: "succeeded", missing: [] });
    }));

  test(
    "of files from before columns were noted are not known",
    inWarehouse(async (warehouse) => {
      await loadFirst(warehouse);
      await warehouse.rows(
        "UPDATE operations.source_files SET loaded_at = NULL, dialect = dialect - 'types'",
      );
      expect(
        warningKinds(await loadNext(warehouse, transactionsFile({ id: 4 }).replace("cvv", "other"))),
      ).toEqual({
        extra_columns: 1,
      });
    }),
  );
});
