import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { verifyFiles } from "../../src/quality/verifyFiles.ts";
import { ledgerKey } from "../../src/runs/ledgerKey.ts";
import { gz, ndjsonOf, zst, zstStreamed, zstWithoutChecksum } from "../fixtures/carriers.ts";
import { expectedAnswers } from "../fixtures/expectedAnswers.ts";
import { digests, facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { withRefresh } from "../fixtures/refresh.ts";
import {
  MEGABYTE_OF_BLANK_LINES,
  storesFile,
  transactionRecords as records,
  TRANSACTIONS_HEADER,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";
import { inWarehouse, withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { inline, row } from "../fixtures/workbooks/readWorkbook.ts";
import { workbookParts, type WorkbookXml } from "../fixtures/workbooks/workbookParts.ts";
import { xlsxOf } from "../fixtures/workbooks/xlsxOf.ts";
import { zipBytes } from "../fixtures/workbooks/zipFile.ts";

const TAKEHOME = join(projectRoot, "..", "shared", "takehome");
const isThere = existsSync(TAKEHOME);
const title = isThere ? "the real rows" : `the real rows (skipped: ${TAKEHOME} is not there)`;

/** Ways to carry a CSV text, by the ending of a file's name. */
const CARRIERS: Readonly<Record<string, (csv: string) => Promise<string | Buffer>>> = {
  ".csv": (csv) => Promise.resolve(csv),
  ".csv.gz": (csv) => Promise.resolve(gz(csv)),
  ".csv.zst": zst,
  ".ndjson": ndjsonOf,
  ".ndjson.gz": async (csv) => gz(await ndjsonOf(csv)),
  ".jsonl.zst": async (csv) => zstStreamed(Buffer.from(await ndjsonOf(csv))),
  ".xlsx": (csv) => xlsxOf(csv),
  ".xlsm": (csv) => xlsxOf(csv, "exporter"),
  ".tsv.gz": (csv) => Promise.resolve(gz(Buffer.from(`\ufeff${csv}`, "utf16le"))),
};

(isThere ? describe : describe.skip)(title, () => {
  const chosen = trials({ quick: [".csv.gz", ".jsonl.zst", ".xlsx"], all: Object.keys(CARRIERS) });
  test.each(Object.entries(CARRIERS).filter(([ending]) => chosen.includes(ending)))(
    "give the five answers as %s",
    (ending, carry) =>
      inWarehouse(async (warehouse) => {
        for (const name of ["store", "device", "transaction"]) {
          const csv = await readFile(join(TAKEHOME, "csv", `${name}.csv`), "utf8");
          await warehouse.files.write(name + ending, await carry(csv));
        }

        await expectTheAnswers(warehouse, await warehouse.ingest());
      })(),
  );

  test(
    "give the five answers as the workbooks that they came in",
    inWarehouse(async (warehouse) => {
      const report = await warehouse.ingest({ settings: { DATA_DIR: join(TAKEHOME, "xlsx") } });

      await expectTheAnswers(warehouse, report);
    }),
  );

  async function expectTheAnswers(warehouse: Warehouse, report: unknown): Promise<void> {
    expect(report).toMatchObject({
      ...{ status: "succeeded", records_read: 1800, loaded: 1800, rejected: 0, warnings: 22 },
    });
    const answers = await warehouse.answers();
    for (const [view, rows] of Object.entries(await expectedAnswers(join(TAKEHOME, "expected")))) {
      expect(answers[view]).toHaveLength(rows.length);
      expect(answers[view]).toMatchObject(rows);
    }
  }
});

const AWKWARD = file(
  { id: 1, product_name: 'Chef\'s "knife", large', card_number: "4111 1111 1111 1111" },
  { id: 2, product_name: "Kräuter 🌿", product_sku: "v3770009015028", amount: "749.1" },
  { id: 3, amount: "12.345" },
  { id: 4, device_id: 404 },
  { id: 5, card_number: "4111111111111111", cvv: "012" },
  { id: 1, product_name: 'Chef\'s "knife", large', card_number: "4111 1111 1111 1111" },
  { id: 6, status: "" },
  { id: 7, product_name: "one\ntwo" },
);

test("the same rows come to the same in every carrier, line by line", async () => {
  const cameTo: unknown[] = [];
  for (const [ending, carry] of Object.entries(CARRIERS)) {
    await withWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(`transactions${ending}`, await carry(AWKWARD));
      const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      const of = report.files.find(({ source }) => source === "transactions");
      // The header is no line of NDJSON.
      const isNdjson = ending.includes("json");
      cameTo.push({
        outcomes: { ...of, path: "", duration_ms: 0 },
        digests: await digests(warehouse),
        facts: await facts(warehouse),
        rejects: (await quarantine(warehouse)).map(({ line, key, reason }) => ({
          ...{ line: line + (isNdjson ? 1 : 0), key, reason },
        })),
        views: [await warehouse.answers(), await warehouse.view("daily_sales")],
        cards: await warehouse.rows(
          "SELECT card_token, card_last4 FROM ingestion_layer.fct_transactions ORDER BY transaction_id",
        ),
      });
      expect(await warehouse.verify()).toEqual([]);
    });
  }
  expect(cameTo[0]).toMatchObject({
    outcomes: { loaded: 4, already_present: 1, superseded: 0, rejected: 3 },
  });
  for (const came of cameTo) expect(came).toEqual(cameTo[0]);
});

const NAME = "transactions.csv.gz";
const ledgerOf = ({ rows }: Warehouse, path: string) =>
  rows<{ file_id: number; status: string; committed_lines: string; dialect: unknown }>(
    "SELECT file_id, status::text, committed_lines, dialect FROM operations.source_files WHERE path = $1 AND status <> 'replaced'",
    [path],
  );
const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

async function verified({ context, database, files }: Warehouse) {
  const { config } = context();
  return verifyFiles(database.pool, { key: await ledgerKey(config), dataDir: files.path, limits: config });
}

describe("a file that has grown goes on behind its checkpoint", () => {
  test.each(Object.entries(CARRIERS))("%s", (ending, carry) =>
    inWarehouse(async (warehouse) => {
      const path = `transactions${ending}`;
      await writePlaces(warehouse);
      await warehouse.files.write(path, await carry(file({ id: 1 }, { id: 2 })));
      await warehouse.ingest();
      const [before] = await ledgerOf(warehouse, path);
      await warehouse.files.write(path, await carry(file({ id: 1 }, { id: 2 }, { id: 3 })));

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 1, loaded: 1 });
      expect(await ledgerOf(warehouse, path)).toMatchObject([{ file_id: before?.file_id, status: "loaded" }]);
      expect(await verified(warehouse)).toEqual({ files: 3, differences: [] });
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 0 });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3]);
    })(),
  );

  test(
    "NDJSON whose object had no end yet, where that has come",
    inWarehouse(async (warehouse) => {
      const text = await ndjsonOf(file({ id: 1 }, { id: 2 }, { id: 3 }));
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.ndjson", text.slice(0, -30));
      const settings = { MAX_REJECT_RATIO: "1" };

      expect(await warehouse.ingest({ settings })).toMatchObject({ rejected: 1 });
      await warehouse.files.append("transactions.ndjson", text.slice(-30, -1));
      expect(await warehouse.ingest({ settings })).toMatchObject({ records_read: 1, loaded: 1 });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3]);
      expect(await quarantine(warehouse)).toMatchObject([
        { line: 3, reason: "no_json_object", state: "obsolete" },
      ]);
    }),
  );

  test(
    "NDJSON that names a field anew is read from its start, and nothing is doubled",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const [first = "", second = ""] = (await ndjsonOf(file({ id: 1 }, { id: 2 }))).split("\n");
      await warehouse.files.write("transactions.ndjson", `${first}\n`);
      await warehouse.ingest();
      await warehouse.files.append("transactions.ndjson", `${second.replace("{", '{"till":7,')}\n`);

      expect(await warehouse.ingest()).toMatchObject({ records_read: 2, already_present: 1, loaded: 1 });
    }),
  );
});

describe("an archive that is not whole", () => {
  const sales = Array.from({ length: 300 }, (_, index) => ({
    id: index + 1,
    product_name: `Tulips ${index * 7919}`,
  }));
  // Its end comes long after what could be a chunk.
  const whole = file({ id: 1_001 }) + MEGABYTE_OF_BLANK_LINES.repeat(3) + records(...sales);
  const flipped = (bytes: Buffer): Buffer => {
    const other = Buffer.from(bytes);
    const at = other.length - 6;
    other.writeUInt8(other.readUInt8(at) ^ 1, at);
    return other;
  };
  /** Of its sheet, in the list of its parts. */
  const withOtherChecksum = (bytes: Buffer): Buffer => {
    const other = Buffer.from(bytes);
    const at = other.lastIndexOf("xl/worksheets/sheet1.xml") - 30;
    other.writeUInt8(other.readUInt8(at) ^ 1, at);
    return other;
  };
  const wholeIn = (ending: string): Promise<string | Buffer> | undefined => CARRIERS[ending]?.(whole);
  const DAMAGED: readonly (readonly [string, string, () => Promise<Buffer>])[] = [
    ["gzip that breaks off", ".csv.gz", () => Promise.resolve(gz(whole).subarray(0, -20))],
    ["gzip with another checksum", ".csv.gz", () => Promise.resolve(flipped(gz(whole)))],
    [
      "gzip with something behind it",
      ".csv.gz",
      () => Promise.resolve(Buffer.concat([gz(whole), Buffer.from("x")])),
    ],
    ["zstd that breaks off", ".csv.zst", async () => (await zst(whole)).subarray(0, -20)],
    [
      "zstd with another checksum",
      ".csv.zst",
      async () => flipped(Buffer.concat([await zst(whole), Buffer.alloc(0)])),
    ],
    ["a workbook that breaks off", ".xlsx", async () => (await xlsxOf(whole)).subarray(0, -20)],
    ["a workbook with another checksum", ".xlsx", async () => withOtherChecksum(await xlsxOf(whole))],
    [
      "zstd without a checksum that breaks off",
      ".csv.zst",
      async () => (await zstWithoutChecksum(whole)).subarray(0, -1),
    ],
  ];

  test.each(DAMAGED)(
    "fails its file, of which nothing is loaded, and the others load: %s",
    (_how, ending, bytes) =>
      inWarehouse(async (warehouse) => {
        const path = `transactions${ending}`;
        await writePlaces(warehouse);
        await warehouse.files.write(path, await bytes());
        await warehouse.files.write("transactions_other.csv", file({ id: 1_000 }));

        const report = await warehouse.ingest();

        expect(report).toMatchObject({ status: "failed", error: { code: "file_unreadable" } });
        expect(report.error?.message).toMatch(
          new RegExp(`^${path}: cannot be read: the (.* archive|workbook) .*next run tries again`),
        );
        expect(await idsOf(warehouse)).toEqual([1_000]);
        expect(await ledgerOf(warehouse, path)).toMatchObject([{ status: "failed", committed_lines: "0" }]);

        await warehouse.files.write(path, (await wholeIn(ending)) ?? "");
        expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 301 });
        expect(await ledgerOf(warehouse, path)).toMatchObject([
          { status: "loaded", committed_lines: "3374" },
        ]);
      })(),
  );

  test(
    "leaves what was committed of it before, and a whole one goes on from there",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, gz(file({ id: 1 })));
      await warehouse.ingest();
      const grown = gz(file({ id: 1 }, { id: 2 }));
      await warehouse.files.write(NAME, grown.subarray(0, -4));

      expect(await warehouse.ingest()).toMatchObject({
        status: "failed",
        error: { code: "file_unreadable" },
      });
      expect((await verified(warehouse)).differences).toMatchObject([
        { expected: expect.stringMatching(/^unreadable: the gzip archive breaks off/) },
      ]);
      await warehouse.files.write(NAME, grown);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 1, loaded: 1 });
      expect(await idsOf(warehouse)).toEqual([1, 2]);
    }),
  );

  test(
    "since it is written to while it is read, is opened again, and loaded as what it is then",
    inWarehouse(async (warehouse) => {
      const sales = (count: number, tag: string) =>
        gz(
          file(
            ...Array.from({ length: count }, (_, index) => ({
              id: index + 1,
              product_name: `${tag} ${Array.from({ length: 6 }, () => randomUUID()).join("")}`,
            })),
          ),
        );
      await writePlaces(warehouse);
      // More than is read at once, packed as it is.
      const [former, latter] = [sales(20_000, "former"), sales(16_000, "latter")];
      expect(former.length).toBeGreaterThan(2 << 20);
      await warehouse.files.write(NAME, former);
      let isWritten = false;

      const report = await warehouse.ingest({
        settings: { CHUNK_RECORDS: "1" },
        onProgress: ({ path }) => {
          if (path !== NAME || isWritten) return;
          isWritten = true;
          writeFileSync(join(warehouse.files.path, NAME), latter);
        },
      });

      expect(report).toMatchObject({ status: "succeeded" });
      const others =
        "SELECT count(*)::integer AS sales FROM ingestion_layer.dim_product_labels JOIN ingestion_layer.fct_transactions USING (label_key) WHERE dim_product_labels.product_name LIKE 'latter%'";
      expect(await warehouse.rows(others)).toEqual([{ sales: 16_000 }]);
      expect(await verified(warehouse)).toEqual({ files: 3, differences: [] });
    }),
  );

  test(
    "and has a name that says nothing is left alone, and told of",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("export.csv.gz", gz(file(...sales)).subarray(0, -20));

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded" });
      expect(warehouse.log).toContainEqual(
        expect.objectContaining({
          message: "the file is left alone: the gzip archive breaks off",
          fields: expect.objectContaining({ file: "export.csv.gz" }),
        }),
      );
    }),
  );
});

test(
  "an archive that holds more than it may is refused, with the setting that allows it, and nothing of it is loaded",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    // Blank lines are no records: what is in it loads fast.
    const bomb = gz(file({ id: 1 }) + MEGABYTE_OF_BLANK_LINES.repeat(70) + records({ id: 2 }));
    await warehouse.files.write(NAME, bomb);

    const report = await warehouse.ingest();

    expect(report).toMatchObject({ status: "failed", error: { code: "file_refused" } });
    expect(report.error?.message).toMatch(/unpack to more than .* MAX_UNPACK_RATIO/);
    expect(await idsOf(warehouse)).toEqual([]);
    expect(await warehouse.ingest({ settings: { MAX_UNPACK_RATIO: "10000" } })).toMatchObject({
      ...{ status: "succeeded", loaded: 2 },
    });
  }),
);

describe("a workbook that cannot be read to its end, though it is whole, is refused as what it is, and nothing of it is loaded", () => {
  const rowOf = (csv: string): string => row(...csv.trim().split(",").map(inline));
  const SALES = 20_000;
  const HEADER = rowOf(TRANSACTIONS_HEADER);
  const sales = function* (): Generator<string> {
    yield HEADER;
    for (let id = 1; id <= SALES; id += 1) yield rowOf(records({ id }));
  };

  test.each<[string, WorkbookXml, RegExp]>([
    [
      "with rows out of order",
      { sheets: [{ rows: () => [...sales(), '<row r="1"/>'] }] },
      /its sheet Sheet cannot be read: row 1 stands behind row 20001/,
    ],
    [
      "with cells that share a long text",
      {
        sheets: [{ rows: () => [...sales(), row('<c t="s"><v>0</v></c>').repeat(100)] }],
        strings: `<si><t>${"x".repeat(1_000_000)}</t></si>`,
      },
      /unpack to more than 67 MB, .* MAX_UNPACK_RATIO/,
    ],
  ])("%s", (_how, xml, why) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.xlsx", await zipBytes(workbookParts(xml)));

      const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });

      expect(report).toMatchObject({ status: "failed", error: { code: "file_refused" } });
      expect(report.error?.message).toMatch(why);
      expect(await idsOf(warehouse)).toEqual([]);
    })(),
  );
});

describe("a file in another carrier can be", () => {
  test(
    "read again from its start, for a range",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions.ndjson.gz",
        gz(await ndjsonOf(file({ id: 1 }, { id: 2 }, { id: 3 }))),
      );
      const range = { fromId: 2, toId: 2 };

      expect(await warehouse.ingest({ range })).toMatchObject({ status: "succeeded", loaded: 4 });
      expect(await idsOf(warehouse)).toEqual([2]);
      expect(await warehouse.ingest()).toMatchObject({ loaded: 2, already_present: 1 });
    }),
  );

  test(
    "replayed, line by line",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const day = { created_at: "30/01/2024 8:10:46" };
      const text = await ndjsonOf(
        file({ id: 1 }, { id: 2, ...day }, { id: 3, ...day, product_name: "one\ntwo" }),
      );
      await warehouse.files.write("transactions.ndjson.zst", await zst(text));
      expect(await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } })).toMatchObject({ rejected: 2 });

      const { notRead } = await warehouse.replay({ settings: { SOURCE_DATE_ORDER: "dmy" } });

      expect(notRead).toEqual([]);
      expect(await facts(warehouse)).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3, name: "one\ntwo" }]);
    }),
  );

  test("loaded anew by a full refresh, as it was", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, gz(file({ id: 1 }, { id: 2 })));
      await warehouse.ingest();
      await warehouse.files.write(NAME, gz(file({ id: 1 }, { id: 2 }, { id: 3 })));
      await warehouse.files.write("transactions.ndjson.zst", await zst(await ndjsonOf(file({ id: 4 }))));
      await warehouse.ingest();
      const before = [await facts(warehouse), await warehouse.answers()];

      expect(await refresh()).toMatchObject({ status: "succeeded", missing: [], loaded: 7 });
      expect([await facts(warehouse), await warehouse.answers()]).toEqual(before);
      await warehouse.files.write(NAME, gz(file({ id: 1 }, { id: 2 })).subarray(0, -5));
      await expect(refresh()).rejects.toMatchObject({
        code: "files_missing",
        message: expect.stringMatching(/breaks off/),
      });
    }));

  test(
    "known by its own name beside the same rows in another one",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", file({ id: 1 }, { id: 2 }));
      await warehouse.files.write(NAME, gz(file({ id: 1 }, { id: 2 })));

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", already_present: 2, loaded: 5 });
    }),
  );
});

test(
  "what the ledger says of a file names its form and its packing",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write("transactions.jsonl.gz", gz(await ndjsonOf(file({ id: 1 }))));
    await warehouse.ingest();

    const columns = expect.arrayContaining(["id", "amount"]);
    expect(await ledgerOf(warehouse, "transactions.jsonl.gz")).toMatchObject([
      { dialect: { delimiter: ",", encoding: "utf-8", form: "ndjson", packing: "gzip", columns } },
    ]);
    expect((await ledgerOf(warehouse, "stores.csv"))[0]?.dialect).not.toHaveProperty("form");
  }),
);

test(
  "of a line of NDJSON that is no record no digit is kept, nor shown",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const object = (await ndjsonOf(file({ id: 1, card_number: "4929170863155411", cvv: "714" }))).trim();
    const lines = [
      object,
      object.slice(0, -1),
      object.replace("}", ',"amount":[1]}'),
      object.replace("{", '{"cvv":"1",'),
    ];
    await warehouse.files.write("transactions.ndjson", `${lines.join("\n")}\n`);

    expect(await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1", LOG_LEVEL: "debug" } })).toMatchObject(
      { rejected: 3 },
    );
    const kept = await warehouse.rows("SELECT fields FROM operations.quarantine ORDER BY source_line");
    expect(kept).toHaveLength(3);
    expect(JSON.stringify([kept, warehouse.log])).not.toMatch(/4929|5411|714/);
    expect(JSON.stringify(kept)).toContain("Tulips");
  }),
);

describe("folders below DATA_DIR", () => {
  test(
    "with a date in their names say what their files are of, whatever order they come in",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("2026-05-02/transactions.csv.gz", gz(file({ id: 1, amount: "2.00" })));
      await warehouse.files.write("2026-05-02/stores.csv", storesFile({ id: 1 }, { id: 2 }));
      await warehouse.ingest();
      await warehouse.files.write(
        "2026/05/01/transactions.ndjson",
        await ndjsonOf(file({ id: 1, amount: "1.00" })),
      );
      await warehouse.files.write("2026-05-03/stores.csv", storesFile({ id: 1 }));

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", superseded: 1 });
      expect(await facts(warehouse)).toMatchObject([{ amount: "2.00" }]);
      expect(
        await warehouse.rows(
          "SELECT path, snapshot_at::date::text AS of FROM operations.source_files WHERE snapshot_at IS NOT NULL ORDER BY 2, 1",
        ),
      ).toEqual([
        { path: "2026/05/01/transactions.ndjson", of: "2026-05-01" },
        { path: "2026-05-02/stores.csv", of: "2026-05-02" },
        { path: "2026-05-02/transactions.csv.gz", of: "2026-05-02" },
        { path: "2026-05-03/stores.csv", of: "2026-05-03" },
      ]);
      expect(
        await warehouse.rows(
          "SELECT store_id::integer AS id FROM ingestion_layer.dim_stores WHERE gone_at IS NOT NULL",
        ),
      ).toEqual([{ id: 2 }]);
    }),
  );

  test(
    "hold files that were named one by one before, which are not loaded twice",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("drops/2026-05-01/transactions.csv", file({ id: 1 }));
      await warehouse.ingest({
        files: ["stores.csv", "devices.csv", "drops/2026-05-01/transactions.csv"].map((path) =>
          join(warehouse.files.path, path),
        ),
      });

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "succeeded", records_read: 0 });
      expect(report.files.map(({ path }) => path)).toContain("drops/2026-05-01/transactions.csv");
    }),
  );

  test(
    "are found by a glob behind --file, and their files told by what is in them",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.ingest();
      await warehouse.files.write("drops/2026-05-01/a.gz", gz(file({ id: 1 })));
      await warehouse.files.write("drops/2026-05-02/b.gz", gz(await ndjsonOf(file({ id: 2 }))));
      await warehouse.files.write("drops/2026-06-01/c.gz", gz(file({ id: 3 })));

      const report = await warehouse.ingest({ files: [join(warehouse.files.path, "drops/2026-05-*/*.gz")] });

      expect(report.files.map(({ path }) => path)).toEqual([
        "drops/2026-05-01/a.gz",
        "drops/2026-05-02/b.gz",
      ]);
      expect(await idsOf(warehouse)).toEqual([1, 2]);
      await expect(
        warehouse.ingest({ files: [join(warehouse.files.path, "drops/2027-*/*.gz")] }),
      ).rejects.toMatchObject({
        code: "file_not_found",
      });
    }),
  );
});
