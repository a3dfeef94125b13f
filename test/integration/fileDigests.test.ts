import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { rotateCardKey } from "../../jobs/rotateCardKey.ts";
import { verifyFiles } from "../../src/quality/verifyFiles.ts";
import { ledgerKey } from "../../src/runs/ledgerKey.ts";
import { databaseDump } from "../fixtures/databaseDump.ts";
import { bytesRead, facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionRecords as records, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, TEST_CARD_TOKEN_KEY, type Settings, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const CARD = "4929123456781234";
const TEXT = file({ id: 1, card_number: CARD, cvv: "739" });
const OTHER: Settings = { LEDGER_KEY: "ab".repeat(32) };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

async function load(warehouse: Warehouse, text = TEXT): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write(NAME, text);
  expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 4 });
}

/** The rows of the ledger for the path, the first seen first. */
const ledger = ({ rows }: Warehouse) =>
  rows<{ status: string; committed: string; unterminated: string | null; key: string | null }>(
    `SELECT status::text, committed_digest AS committed, unterminated_digest AS unterminated, digest_key AS key
     FROM operations.source_files WHERE path = $1 ORDER BY file_id`,
    [NAME],
  );

/** Makes the ledger what an earlier version has left: plain SHA-256 of the text, with and without its end. */
async function makePlain({ rows }: Warehouse, committed: string, unterminated: string | null): Promise<void> {
  await rows(
    `UPDATE operations.source_files
     SET digest_key = NULL, committed_digest = $2, unterminated_digest = $3 WHERE path = $1`,
    [NAME, sha256(committed), unterminated === null ? null : sha256(unterminated)],
  );
}

const verified = async ({ database, files, context }: Warehouse, settings: Settings = {}) => {
  const { config } = context(settings);
  return verifyFiles(database.pool, { key: await ledgerKey(config), dataDir: files.path, limits: config });
};

const warnings = ({ log }: Warehouse): unknown[] =>
  log.map(({ fields }) => fields["code"]).filter((code) => code === "ledger_key_changed");

test.each([
  ["a whole file", TEXT],
  ["a file that ends inside its record", TEXT.trimEnd()],
])("a code cannot be tried out against anything that is kept of %s", (_what, text) =>
  inWarehouse(async (warehouse) => {
    await load(warehouse, text);

    const dump = [...(await databaseDump(warehouse)).values()].join("\n");
    const guesses = Array.from({ length: 1000 }, (_unused, code) =>
      text.replace(",739,", `,${String(code).padStart(3, "0")},`),
    );
    expect(guesses).toContain(text);
    const [header = "", record = ""] = text.split(/(?<=\n)/);
    const hashed = [...guesses, header + record.trimEnd(), record, record.trimEnd()].map(sha256);
    // As text, or as the first half of one, in which digests of records are kept.
    expect(hashed.filter((hash) => dump.includes(hash) || dump.includes(hash.slice(0, 32)))).toEqual([]);
    expect(dump).toContain((await ledger(warehouse))[0]?.committed);
  })(),
);

test(
  "plain digests of an earlier version are keyed by the next run, of files that are gone or were replaced as well",
  inWarehouse(async (warehouse) => {
    await load(warehouse);
    const [before] = await ledger(warehouse);
    await makePlain(warehouse, TEXT, null);
    expect(await verified(warehouse)).toEqual({ files: 3, differences: [] });
    await warehouse.rows("UPDATE operations.source_files SET status = 'replaced' WHERE path = $1", [NAME]);
    await warehouse.files.remove(NAME);

    expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", records_read: 0 });

    expect(await ledger(warehouse)).toEqual([{ ...before, status: "replaced" }]);
    const [left] = await warehouse.rows("SELECT FROM operations.source_files WHERE digest_key IS NULL");
    expect(left).toBeUndefined();
  }),
);

test(
  "a file that grew since an earlier version loaded it is read from where it ended, and so is one with a last record without its end",
  inWarehouse(async (warehouse) => {
    const cut = (TEXT + records({ id: 2 })).trimEnd();
    await writePlaces(warehouse);
    await warehouse.files.write(NAME, cut);
    await warehouse.ingest();
    await makePlain(warehouse, TEXT, cut);

    expect(await warehouse.ingest()).toMatchObject({ records_read: 0 });
    await warehouse.files.append(NAME, `\n${records({ id: 3 })}`);
    const report = await warehouse.ingest();

    expect(report).toMatchObject({ records_read: 2, already_present: 1, loaded: 1 });
    expect(await bytesRead(warehouse, report.run_id)).toEqual({
      [NAME]: records({ id: 2 }).length + records({ id: 3 }).length,
    });
    expect(await ledger(warehouse)).toHaveLength(1);
    expect(await verified(warehouse)).toEqual({ files: 3, differences: [] });
  }),
);

test(
  "under another key unchanged files stay unread, and one that grew is read from its start, which doubles nothing",
  inWarehouse(async (warehouse) => {
    await load(warehouse);
    // Files that are loaded as they are written are looked at again once; from then on they are known by their times.
    await warehouse.rows("UPDATE operations.source_files SET inode = 0 WHERE path <> $1", [NAME]);
    const before = await facts(warehouse);
    await warehouse.files.append(NAME, records({ id: 2 }));

    const report = await warehouse.ingest({ settings: OTHER });

    expect(report.files.at(-1)).toMatchObject({
      records_read: 2,
      already_present: 1,
      loaded: 1,
      rejected: 0,
    });
    expect(await facts(warehouse)).toMatchObject([...before, { id: 2 }]);
    expect(warnings(warehouse)).toEqual(["ledger_key_changed"]);
    expect(await ledger(warehouse)).toMatchObject([{ status: "replaced" }, { status: "loaded" }]);
    expect(await warehouse.ingest({ settings: OTHER })).toMatchObject({ records_read: 0 });
    expect(warnings(warehouse)).toHaveLength(1);
  }),
);

test(
  "verify says of a file that was read under another key that it cannot be compared",
  inWarehouse(async (warehouse) => {
    await load(warehouse);
    expect((await verified(warehouse, OTHER)).differences).toMatchObject(
      Array.from({ length: 3 }, () => ({ expected: expect.stringMatching(/^not comparable: .*LEDGER_KEY/) })),
    );
    expect((await verified(warehouse)).differences).toEqual([]);
  }),
);

test.each([
  ["was kept apart", { LEDGER_KEY: "cd".repeat(32) }, { LEDGER_KEY: "cd".repeat(32) }],
  ["is set to the card token key of before", {}, { LEDGER_KEY: TEST_CARD_TOKEN_KEY }],
])("a rotation of card token keys changes nothing for files when LEDGER_KEY %s", (_what, settings, after) =>
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(NAME, TEXT);
    await warehouse.ingest({ settings });
    const rotated: Settings = { CARD_TOKEN_KEY: "fedcba9876543210".repeat(4), ...after };
    await rotateCardKey(warehouse.context(rotated));
    await warehouse.files.append(NAME, records({ id: 2 }));

    expect(await warehouse.ingest({ settings: rotated })).toMatchObject({ records_read: 1, loaded: 1 });
    expect(await verified(warehouse, rotated)).toEqual({ files: 3, differences: [] });
    expect(warnings(warehouse)).toEqual([]);
  })(),
);
