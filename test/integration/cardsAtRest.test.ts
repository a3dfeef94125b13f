import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { FORMATS_TO_LOAD } from "../fixtures/cardFormats.ts";
import { CardSearch, numberedCard } from "../fixtures/cardSearch.ts";
import { databaseDump } from "../fixtures/databaseDump.ts";
import { quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  devicesFile,
  storesFile,
  TRANSACTIONS_HEADER,
  transactionRecords as records,
  transactionsFile as file,
} from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
/** Seven digits stand for a CVV: three would be found anywhere. */
const CVV = "9078563";

const markedCard = (place: number): string => numberedCard(place, 16);

/** Everything that stays after a run: each table, and what was logged and reported. */
async function traces(warehouse: Warehouse, reports: unknown): Promise<Map<string, string>> {
  const all = new Map(await databaseDump(warehouse));
  expect(all.size).toBeGreaterThan(80);
  all.set("the log", JSON.stringify(warehouse.log));
  all.set("the report", JSON.stringify(reports));
  return all;
}

async function expectNoCards(warehouse: Warehouse, cards: readonly string[], report: unknown): Promise<void> {
  const search = new CardSearch(cards);
  const found: Record<string, string[]> = {};
  for (const [place, text] of await traces(warehouse, report)) {
    const there = [...search.inText(text), ...(text.includes(CVV) ? [CVV] : [])];
    if (there.length > 0) found[place] = there;
  }
  expect(found).toEqual({});
}

const load = (warehouse: Warehouse) => warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });

/** All in the long run; otherwise digits alone, such as no pattern of ASCII finds, and such as lines part. */
const FORMATS = Object.entries(FORMATS_TO_LOAD).filter(([name]) =>
  trials({ quick: /^(plain|full-width|over lines)$/, all: /./ }).test(name),
);

describe.each(FORMATS)("a card number written %s", (_name, format) => {
  const card = (place: number): string => format(markedCard(place));

  test(
    "in any column of a transaction is nowhere afterwards",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const columns = [
        ["card_number", card(1)],
        ["product_name", `Tulips ${card(2)}`],
        ["category_name", card(3)],
        ["product_sku", card(4)],
        ["device_id", card(5)],
        ["amount", card(6)],
        ["status", card(7)],
        ["created_at", card(8)],
        ["happened_at", card(9)],
        ["cvv", card(10)],
      ] as const;
      const lines = columns.map(([column, value], index) => ({ id: index + 1, cvv: CVV, [column]: value }));
      await warehouse.files.write(
        NAME,
        file(
          ...lines,
          { id: card(11) },
          { id: 50, device_id: 999, product_name: card(12), card_number: card(13) },
        ),
      );

      const report = await load(warehouse);

      expect(report.files[2]).toMatchObject({ records_read: 12, loaded: 4 });
      await expectNoCards(
        warehouse,
        Array.from({ length: 13 }, (_, index) => markedCard(index + 1)),
        report,
      );
    }),
  );

  test(
    "in a record that is broken is nowhere afterwards",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const whole = (place: number) => records({ id: place, card_number: card(place), cvv: CVV });
      const lines = [
        whole(1).replace(/^1,/, ""),
        `1,2,${whole(2)}`,
        whole(3).replace("Tulips", 'Tu"lips'),
        whole(4).replace("Tulips", "\0"),
        whole(5).replace("Tulips", "Tu;lips,;"),
        whole(6).replace("Tulips", '"Tulips'),
      ];
      const latin1 = Buffer.from(whole(7).replace("Tulips", "T\u00fclips"), "latin1");
      await warehouse.files.write(
        NAME,
        Buffer.concat([
          Buffer.from(TRANSACTIONS_HEADER + lines.join("")),
          latin1,
          Buffer.from(whole(8).trimEnd()),
        ]),
      );

      const report = await load(warehouse);

      const reasons = new Set((await quarantine(warehouse)).map(({ reason }) => reason));
      expect(reasons).toEqual(
        new Set(["column_count", "stray_quote", "nul_byte", "unclosed_quote", "invalid_encoding"]),
      );
      await expectNoCards(
        warehouse,
        Array.from({ length: 8 }, (_, index) => markedCard(index + 1)),
        report,
      );
    }),
  );

  test(
    "in a store, a device, a header, or where the header should be, is nowhere afterwards",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write(
        "stores.csv",
        storesFile(
          { id: 1, name: card(1), address: `${card(2)} Street`, city: card(3), typology: card(4) },
          { id: 2, created_at: card(5) },
          { id: 3, country: card(6), customer_id: card(7) },
        ),
      );
      await warehouse.files.write(
        "devices.csv",
        devicesFile({ id: 1, type: card(8) }, { id: 2, store_id: card(9) }),
      );
      await warehouse.files.write(
        NAME,
        file({ id: 1 }).replace("happened_at\n", `happened_at,${card(10)}\n`),
      );
      await warehouse.files.write("transactions-2.csv", records({ id: 1, card_number: card(11), cvv: CVV }));
      await warehouse.files.write("transactions-3.csv", `${card(12)},${file({ id: 1 })}`);

      const report = await load(warehouse);

      expect(report.status).toBe("failed");
      await expectNoCards(
        warehouse,
        Array.from({ length: 12 }, (_, index) => markedCard(index + 1)),
        report,
      );
    }),
  );
});

/** CVVs that no id, line or run is like; read as numbers they stay what they are. */
const MARKED_CVV = /(?<![0-9A-Za-z.:+-])73\d\d(?![0-9A-Za-z.:+-])/g;

test(
  "a CVV that slipped into any column of a record, its id too, is not in quarantine; an id that is like one is",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const columns = TRANSACTIONS_HEADER.trimEnd().split(",");
    let cvv = 7300;
    const sale = (): string[] => {
      cvv += 1;
      return records({ id: 900_000 + cvv, card_number: "4111 1111 1111 1111", cvv: String(cvv) })
        .trimEnd()
        .split(",");
    };
    const slipped = columns.slice(1).map((_, index) => {
      const fields = sale();
      return [...fields.slice(index + 1), ...fields.slice(0, index + 1)];
    });
    const misplaced = ["status", "created_at", "happened_at"].map((column) =>
      sale().map((field, index) => (columns[index] === column ? String(cvv) : field)),
    );
    const cutOrLong = [sale().slice(8), [String(++cvv), ...sale()], [`${++cvv}"`, ...sale().slice(1)]];
    const broken = [...slipped, ...misplaced, ...cutOrLong].map((fields) => `${fields.join(",")}\n`);
    const likeOne = records({ id: 7_399, amount: "x" });
    await warehouse.files.write(NAME, TRANSACTIONS_HEADER + broken.join("") + likeOne);

    expect(await load(warehouse)).toMatchObject({ rejected: broken.length + 1 });

    expect(broken.join("").match(MARKED_CVV)?.length).toBeGreaterThan(broken.length);
    const dump = await databaseDump(warehouse);
    const kept = [...dump].filter(([table]) => /^ingestion_layer|^operations.quarantine/.test(table));
    expect(kept.flatMap(([, rows]) => rows.match(MARKED_CVV) ?? [])).toEqual(["7399"]);
  }),
);

test(
  "in a file's name keeps the file from being loaded, and is nowhere afterwards",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const cards = Array.from({ length: 7 }, (_, index) => markedCard(index + 1));
    const [first = "", second = "", third = "", fourth = "", fifth = "", sixth = "", seventh = ""] = cards;
    await warehouse.files.write(`transactions-${first}.csv`, file({ id: 1 }));
    await warehouse.files.write(`sales ${second}.csv`, file({ id: 2 }));
    await warehouse.files.write(`transactions-000${third}.csv`, file({ id: 3 }));
    const wide = (FORMATS_TO_LOAD["full-width"] ?? String)(fourth);
    await warehouse.files.write(`transactions-${wide}.csv`, file({ id: 4 }));
    await warehouse.files.write("transactions-20261128-000001.csv", file({ id: 5 }));

    const report = await load(warehouse);

    expect(report.files.map(({ path }) => path)).toEqual([
      "stores.csv",
      "devices.csv",
      "transactions-20261128-000001.csv",
    ]);
    expect(JSON.stringify(warehouse.log)).toContain("transactions-****************.csv");

    const folder = (FORMATS_TO_LOAD["dashed"] ?? String)(fifth);
    await mkdir(join(warehouse.files.path, folder));
    await warehouse.files.write(join(folder, "transactions.csv"), file({ id: 6 }));
    const elsewhere = await mkdtemp(join(tmpdir(), `tillhouse-${sixth}-`));
    await writeFile(join(elsewhere, "transactions.csv"), file({ id: 7 }));
    const refusals: unknown[] = [];
    for (const path of [
      join(warehouse.files.path, folder, "transactions.csv"),
      join(elsewhere, "transactions.csv"),
      relative(".", join(elsewhere, "transactions.csv")),
      `/nowhere/transactions-${seventh}.csv`,
    ]) {
      const named = warehouse.ingest({ files: [path] });
      await expect(named).rejects.toMatchObject({ code: "usage_invalid", exitCode: 2 });
      refusals.push(await named.catch(String));
    }
    await rm(elsewhere, { recursive: true });
    expect(String(refusals)).toContain("/****-****-****-****/transactions.csv");
    await expectNoCards(warehouse, cards, { report, refusals });
  }),
);

test(
  "in the name of the folder that a command is given in keeps a file of it from being loaded",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const card = markedCard(1);
    const elsewhere = await mkdtemp(join(tmpdir(), `tillhouse-${card}-`));
    const before = process.cwd();
    try {
      await writeFile(join(elsewhere, "transactions.csv"), file({ id: 1 }));
      process.chdir(elsewhere);
      for (const [name, code] of [
        ["transactions.csv", "file_refused"],
        ["transactions-2.csv", "file_refused"],
      ] as const) {
        const named = warehouse.ingest({ files: [name] });
        await expect(named).rejects.toMatchObject({ code });
        await expectNoCards(warehouse, [card], await named.catch(String));
      }
    } finally {
      process.chdir(before);
      await rm(elsewhere, { recursive: true });
    }
  }),
);

test(
  "the search finds a card that is there, in each of its forms",
  inWarehouse(
    async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.ingest();
      for (const format of Object.values(FORMATS_TO_LOAD)) {
        const place = `${format(markedCard(1))} Street`;
        await warehouse.rows("UPDATE ingestion_layer.dim_stores SET address = $1", [place]);
        await expect(expectNoCards(warehouse, [markedCard(1)], {})).rejects.toThrow("dim_stores");
      }
    },
    { tampered: true },
  ),
);
