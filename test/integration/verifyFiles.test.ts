import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type pg from "pg";
import { verifyFiles } from "../../src/quality/verifyFiles.ts";
import { ledgerKey } from "../../src/runs/ledgerKey.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionRecords as records, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const TEXT = file({ id: 1 }, { id: 2 });
const DIGEST = /digest [0-9a-f]{16}…/;

const verify = async (
  { database, files, context }: Warehouse,
  pool: Pick<pg.Pool, "query"> = database.pool,
) => {
  const { config } = context();
  return verifyFiles(pool, { key: await ledgerKey(config), dataDir: files.path, limits: config });
};
const found = async (warehouse: Warehouse) => (await verify(warehouse)).differences;

async function load(warehouse: Warehouse, text: string | Buffer = TEXT): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write(NAME, text);
  expect(await warehouse.ingest()).toMatchObject({ status: "succeeded" });
  expect(await verify(warehouse)).toEqual({ files: 3, differences: [] });
}

describe("verify of files finds one that", () => {
  test.each<[string, string, string, (warehouse: Warehouse) => Promise<void>]>([
    ["is gone", TEXT, "gone", ({ files }) => files.remove(NAME)],
    [
      "is shorter",
      TEXT,
      `shorter: ${TEXT.length - 1} bytes`,
      ({ files }) => files.write(NAME, TEXT.slice(0, -1)),
    ],
    [
      "has changed",
      TEXT,
      `changed: ${TEXT.length} bytes, digest `,
      ({ files }) => files.write(NAME, TEXT.replace("Tulips", "Tulpen")),
    ],
    [
      "has changed, and grown",
      TEXT,
      `changed: ${TEXT.length} bytes, digest `,
      ({ files }) => files.write(NAME, file({ id: 3 }, { id: 2 }, { id: 4 })),
    ],
    [
      "has changed in a last record without its end",
      TEXT.trimEnd(),
      `changed after byte ${file({ id: 1 }).length}: ${TEXT.length - 1} bytes, digest `,
      ({ files }) => files.write(NAME, file({ id: 1 }, { id: 3 }, { id: 4 })),
    ],
    [
      "is shorter by a last record without its end",
      TEXT.trimEnd(),
      `shorter: ${file({ id: 1 }).length} bytes`,
      ({ files }) => files.write(NAME, file({ id: 1 })),
    ],
    [
      "is a folder now",
      TEXT,
      "unreadable: it is a folder",
      async ({ files }) => {
        await files.remove(NAME);
        await mkdir(join(files.path, NAME));
      },
    ],
    [
      "cannot be read",
      TEXT,
      "unreadable: ELOOP",
      async ({ files }) => {
        await files.remove(NAME);
        await symlink(NAME, join(files.path, NAME));
      },
    ],
  ])("%s", (_what, text, expected, change) =>
    inWarehouse(async (warehouse) => {
      await load(warehouse, text);
      await change(warehouse);

      const [difference, ...others] = await found(warehouse);

      expect(others).toEqual([]);
      expect(difference).toMatchObject({ check: "bytesOfFiles", subject: `${NAME} (file 3)` });
      expect(difference?.expected.slice(0, expected.length)).toBe(expected);
      expect(difference?.expected.slice(expected.length)).toMatch(/^([0-9a-f]{16}…)?$/);
      expect(difference?.actual).toMatch(DIGEST);
    })(),
  );

  test(
    "the ledger takes for unread: it does not look at times",
    inWarehouse(async (warehouse) => {
      await load(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 3 }));
      const { size, mtimeNs, ctimeNs, ino } = await stat(join(warehouse.files.path, NAME), { bigint: true });
      await warehouse.rows(
        "UPDATE operations.source_files SET size_bytes = $1, mtime_ns = $2, ctime_ns = $3, inode = $4 WHERE path = $5",
        [size, mtimeNs, ctimeNs, ino, NAME],
      );
      expect((await warehouse.ingest()).files.at(-1)).toMatchObject({ path: NAME, status: "unchanged" });

      expect(await found(warehouse)).toEqual([
        expect.objectContaining({ expected: expect.stringMatching(/^changed: /) }),
      ]);
    }),
  );
});

describe("verify of files finds nothing wrong with", () => {
  test(
    "a file that has grown",
    inWarehouse(async (warehouse) => {
      await load(warehouse);
      await warehouse.files.append(NAME, records({ id: 3 }));
      expect(await found(warehouse)).toEqual([]);
    }),
  );

  test(
    "a file whose last record got its end",
    inWarehouse(async (warehouse) => {
      await load(warehouse, TEXT.trimEnd());
      await warehouse.files.append(NAME, `\n${records({ id: 3 })}`);
      expect(await found(warehouse)).toEqual([]);
    }),
  );

  test(
    "UTF-16, or a file that lies elsewhere",
    inWarehouse(async (warehouse) => {
      await load(warehouse, Buffer.from(`\ufeff${TEXT}`, "utf16le"));
      const elsewhere = await mkdtemp(join(tmpdir(), "tillhouse-elsewhere-"));
      try {
        const path = join(elsewhere, NAME);
        await writeFile(path, file({ id: 7 }));
        await warehouse.ingest({ files: [path] });
        expect(await verify(warehouse)).toEqual({ files: 4, differences: [] });
        await rm(path);
        expect(await found(warehouse)).toMatchObject([{ subject: `${path} (file 4)`, expected: "gone" }]);
      } finally {
        await rm(elsewhere, { recursive: true });
      }
    }),
  );

  test(
    "what a path held before it was replaced, or a file of which nothing was loaded",
    inWarehouse(async (warehouse) => {
      await load(warehouse);
      await warehouse.files.write(NAME, file({ id: 3 }));
      await warehouse.ingest();
      await warehouse.files.write("devices-2.csv", "serial,owner\n1,2\n");
      expect(await warehouse.ingest()).toMatchObject({ status: "failed" });
      await warehouse.files.remove("devices-2.csv");

      expect(await verify(warehouse)).toEqual({ files: 3, differences: [] });
    }),
  );

  test.each([
    ["changed and was loaded again", TEXT, file({ id: 8 })],
    ["grew and was loaded on", TEXT, TEXT + records({ id: 8 })],
    ["got another end and was loaded on", TEXT.trimEnd(), file({ id: 1 }, { id: 3 }, { id: 4 })],
  ])("a file that %s since the ledger was read", (_what, before, after) =>
    inWarehouse(async (warehouse) => {
      await load(warehouse, before);
      const { pool } = warehouse.database;
      let isRead = false;
      const query = async (text: string, values: unknown[]): Promise<pg.QueryResult> => {
        const rows = await pool.query<pg.QueryResultRow>(text, values);
        if (isRead) return rows;
        isRead = true;
        await warehouse.files.write(NAME, after);
        await warehouse.ingest();
        return rows;
      };
      expect(await verify(warehouse, { query } as unknown as pg.Pool)).toEqual({ files: 3, differences: [] });
      expect(isRead).toBe(true);
    })(),
  );
});
