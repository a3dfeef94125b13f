import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import pg from "pg";
import { createPool } from "../../src/database/pool.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { keyLedger } from "../../src/runs/keyedLedger.ts";
import { ledgerKeyOf } from "../../src/runs/ledgerKey.ts";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { devicesFile, storesFile, transactionRecords, transactionsFile } from "../fixtures/sourceText.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { withUndo } from "../fixtures/undo.ts";
import type { Warehouse } from "../fixtures/warehouse.ts";

const folder = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));
const migrations = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** Gives `work` a database with the migrations before one, and a way to apply the others. */
function beforeMigration(
  first: string,
  work: (client: pg.Client, upgrade: () => Promise<void>, url: string) => Promise<void>,
): Promise<void> {
  return withTestDatabase(async (url) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const apply = async (names: readonly string[]): Promise<void> => {
      for (const name of names) await client.query(readFileSync(join(folder, name, "migration.sql"), "utf8"));
    };
    try {
      await client.query("DROP SCHEMA ingestion_layer, aggregation_layer, operations CASCADE");
      await apply(migrations.filter((name) => name < first));
      await work(client, () => apply(migrations.filter((name) => name >= first)), url);
    } finally {
      await client.end();
    }
  });
}

test("a warehouse from before there were versions keeps what it has, as having always been so", () =>
  beforeMigration("20261129040000", async (client, upgrade) => {
    await client.query(`
      INSERT INTO operations.runs (job, trigger, started_at, heartbeat_at, process)
      VALUES ('ingest', 'manual', now(), now(), 'test');
      INSERT INTO operations.source_files (
        source, path, size_bytes, mtime_ns, ctime_ns, inode, dialect, committed_sha256, first_seen_at, updated_at
      )
      SELECT source::operations.source, source || '.csv', 1, 1767261600123456789, 1, 1, '{}', '', '2026-02-01', '2026-02-01'
      FROM unnest(ARRAY['stores', 'devices', 'transactions']) WITH ORDINALITY AS sources (source, place)
      ORDER BY place;
      INSERT INTO operations.file_ranges (
        file_id, start_byte, end_byte, first_line, last_line, run_id, committed_at, records_read, loaded, already_present,
        corrected, superseded, rejected, warnings
      )
      SELECT file_id, 0, 100, 2, 2, 1, '2026-02-01', 0, 0, 0, 0, 0, 0, 0 FROM operations.source_files;
      INSERT INTO ingestion_layer.dim_time
      SELECT 20260101, '2026-01-01', 2026, 1, 1, 'January', 1, 1, 2026, 1, 4, 'Thursday', false;
      INSERT INTO ingestion_layer.dim_customers (customer_id, run_id) VALUES (1, 1);
      INSERT INTO ingestion_layer.dim_stores (
        store_id, store_name, address, city, country, typology, created_at, created_date_key, customer_key, digest, run_id,
        file_id, source_line
      )
      VALUES (
        5, 'Shop', 'Street', 'City', 'Peru', 'Hotel', '2026-01-01', 20260101, 1, gen_random_uuid(), 1, 1, 2
      );
      INSERT INTO ingestion_layer.dim_devices (
        device_id, device_type, store_key, digest, run_id, stated_run_id, file_id, source_line
      )
      VALUES (7, 4, 1, gen_random_uuid(), 1, 1, 2, 2);
      INSERT INTO operations.quarantine (source, file_id, source_line, run_id, reason, state)
      VALUES
        ('transactions', 3, 2, 1, 'changed_after_load', 'rejected'),
        ('transactions', 3, 3, 1, 'changed_after_load', 'obsolete'),
        ('transactions', 3, 4, 1, 'bad_amount', 'rejected')`);

    await upgrade();

    const rows = async (sql: string): Promise<unknown[]> => (await client.query<pg.QueryResultRow>(sql)).rows;
    expect(
      await rows(
        "SELECT store_id::integer, valid_from::text, valid_to, is_current, typology, stated_at FROM aggregation_layer.store_versions",
      ),
    ).toEqual([
      {
        ...{ store_id: 5, valid_from: "-infinity", valid_to: null, is_current: true, typology: "Hotel" },
        stated_at: new Date("2026-02-01T00:00:00Z"),
      },
    ]);
    expect(
      await rows(
        "SELECT device_id::integer, store_id::integer, device_type, valid_from::text FROM aggregation_layer.device_versions",
      ),
    ).toEqual([{ device_id: 7, store_id: 5, device_type: 4, valid_from: "-infinity" }]);
    // Transactions were said when their file was last written to, the others when they were loaded.
    expect(await rows("SELECT stated_at::text FROM operations.file_ranges ORDER BY file_id")).toEqual([
      { stated_at: "2026-02-01 00:00:00+00" },
      { stated_at: "2026-02-01 00:00:00+00" },
      { stated_at: "2026-01-01 10:00:00.123456+00" },
    ]);
    // What was refused since it differed is tried again.
    expect(await rows("SELECT reason, state FROM operations.quarantine ORDER BY source_line")).toEqual([
      { reason: "changed_after_load", state: "waiting" },
      { reason: "changed_after_load", state: "obsolete" },
      { reason: "bad_amount", state: "rejected" },
    ]);
  }));

test("a ledger of plain digests has none left after the first run, and says which key they are made with", () =>
  beforeMigration("20261129060000", async (client, upgrade, url) => {
    const files = 5_003;
    await client.query(
      `INSERT INTO operations.source_files (
        source, path, status, size_bytes, mtime_ns, ctime_ns, inode, dialect, committed_bytes, committed_sha256,
        unterminated_sha256, first_seen_at, updated_at
      )
      SELECT
        'transactions', number || '.csv', CASE number % 2 WHEN 0 THEN 'replaced' ELSE 'loaded' END::operations.file_status,
        1, 1, 1, 1, '{}', number, encode(sha256(number::text::bytea), 'hex'),
        CASE number % 3 WHEN 0 THEN encode(sha256(('end ' || number)::bytea), 'hex') END, now(), now()
      FROM generate_series(1, $1) AS number`,
      [files],
    );

    await upgrade();

    const key = ledgerKeyOf(Buffer.alloc(32, 7));
    const kept = async (): Promise<Kept[]> =>
      (
        await client.query<Kept>(
          `SELECT committed_bytes::integer AS number, committed_digest AS committed, unterminated_digest AS unterminated, digest_key AS key
           FROM operations.source_files ORDER BY file_id`,
        )
      ).rows;
    const plain = await kept();
    expect(plain.filter((row) => row.key !== null)).toEqual([]);
    const pool = createPool({ url }, silentLogger);
    const lock = await takeWarehouseLock({ url }, new Date());
    try {
      const fencingToken = lock?.fencingToken ?? 0n;
      await expect(keyLedger(pool, fencingToken - 1n, key, silentLogger)).rejects.toMatchObject({
        code: "run_lock_lost",
      });
      expect(await kept()).toEqual(plain);
      await keyLedger(pool, fencingToken, key, silentLogger);
    } finally {
      await lock?.release();
      await pool.end();
    }
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
    expect(await kept()).toEqual(
      Array.from({ length: files }, (_unused, index) => ({
        number: index + 1,
        committed: key.digestOf(sha256(String(index + 1))),
        unterminated: (index + 1) % 3 === 0 ? key.digestOf(sha256(`end ${index + 1}`)) : null,
        key: key.id,
      })),
    );
  }));

interface Kept {
  readonly number: number;
  readonly committed: string;
  readonly unterminated: string | null;
  readonly key: string | null;
}

test("totals begin with what the log of runs still says, of runs that were taken back too", () =>
  beforeMigration("20261201020000", async (client, upgrade) => {
    await client.query(`
      INSERT INTO operations.runs (job, trigger, status, started_at, heartbeat_at, finished_at, process, error_code)
      VALUES
        ('ingest', 'manual', 'succeeded', '2026-02-01 00:00', '2026-02-01 00:00:01', '2026-02-01 00:00:03', 'test', NULL),
        ('ingest', 'manual', 'undone', '2026-02-02 00:00', '2026-02-02 00:00:01', '2026-02-02 00:00:04', 'test', NULL),
        ('ingest', 'manual', 'undone', '2026-02-03 00:00', '2026-02-03 00:00:01', '2026-02-03 00:00:04', 'test', 'too_many_rejects'),
        ('ingest', 'manual', 'killed', '2026-02-04 00:00', '2026-02-04 00:00:07', '2026-02-05 00:00', 'test', 'run_killed'),
        ('ingest', 'manual', 'undone', '2026-02-05 00:00', '2026-02-05 00:00:05', '2026-02-06 00:00', 'test', 'run_killed'),
        ('ingest', 'manual', 'running', '2026-02-06 00:00', '2026-02-06 00:00:01', NULL, 'test', NULL);
      INSERT INTO operations.source_files (
        source, path, size_bytes, mtime_ns, ctime_ns, inode, dialect, committed_digest, first_seen_at, updated_at
      )
      VALUES ('stores', 'stores.csv', 1, 1, 1, 1, '{}', '', '2026-02-01', '2026-02-01');
      INSERT INTO operations.run_files (run_id, file_id, source, records_read, loaded, rejected, bytes_read)
      SELECT run_id, 1, 'stores', 3, 2, 1, 10 FROM operations.runs;
      INSERT INTO operations.job_schedules (job, cron, timezone, accounted_through, updated_at)
      VALUES ('ingest', '0 0 * * *', 'UTC', now(), now());
      INSERT INTO operations.job_slots_passed (job, first_due_at, last_due_at, times, reason, noted_at)
      VALUES ('ingest', now(), now(), 2, 'missed', now()), ('ingest', now(), now(), 4, 'paused', now())`);

    await upgrade();

    const rows = async (sql: string): Promise<unknown[]> => (await client.query<pg.QueryResultRow>(sql)).rows;
    expect(
      await rows(
        "SELECT status::text, within_seconds, runs::integer, seconds FROM operations.run_totals ORDER BY 1, 2",
      ),
    ).toEqual([
      { status: "failed", within_seconds: 5, runs: 1, seconds: 4 },
      { status: "killed", within_seconds: 5, runs: 1, seconds: 5 },
      { status: "killed", within_seconds: 15, runs: 1, seconds: 7 },
      { status: "succeeded", within_seconds: 5, runs: 2, seconds: 7 },
    ]);
    expect(
      await rows(
        "SELECT loaded::integer, rejected::integer, bytes_read::integer FROM operations.record_totals",
      ),
    ).toEqual([{ loaded: 12, rejected: 6, bytes_read: 60 }]);
    expect(await rows("SELECT missed_times::integer FROM operations.job_schedules")).toEqual([
      { missed_times: 2 },
    ]);
  }));

/** What the ledger says that things amount to, in the order in which they were loaded. */
const AMOUNTS: Readonly<Record<string, string>> = {
  ranges: "SELECT file_id, start_byte, applied_amount FROM operations.file_ranges ORDER BY 1, 2",
  files: "SELECT file_id, applied_amount FROM operations.source_files ORDER BY 1",
  filesOfRuns: "SELECT run_id, file_id, applied_amount FROM operations.run_files ORDER BY 1, 2",
  runs: "SELECT run_id, applied_amount FROM operations.runs ORDER BY 1",
  resolved: "SELECT quarantine_id, amount FROM operations.quarantine WHERE state = 'resolved' ORDER BY 1",
  before: `SELECT run_id, table_name, row_key, (before ->> 'applied_amount')::numeric(24, 2) AS amount
    FROM operations.run_changes WHERE table_name IN ('source_files', 'file_ranges') ORDER BY 1, 2, 3`,
};

async function amountsOf({ rows }: Warehouse): Promise<Record<string, unknown>> {
  const amounts: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(AMOUNTS)) amounts[name] = await rows(sql);
  return amounts;
}

/** As it was before the migration that gave the ledger its amounts. */
const WITHOUT_AMOUNTS = `
  ALTER TABLE operations.file_ranges DROP COLUMN applied_amount;
  ALTER TABLE operations.source_files DROP COLUMN applied_amount;
  ALTER TABLE operations.run_files DROP COLUMN applied_amount;
  ALTER TABLE operations.runs DROP COLUMN applied_amount;
  ALTER TABLE operations.quarantine_dropped DROP COLUMN resolved_amount;
  UPDATE operations.quarantine SET amount = NULL WHERE digest IS NULL;
  UPDATE operations.run_changes SET before = before - 'applied_amount'`;
const AMOUNTS_OF_FILES = "20261202000000_amounts_of_files";

test("a ledger without amounts gets from the facts those that the loads would have noted, and its runs can be taken back", () =>
  withUndo(async (warehouse, undo) => {
    const { files, ingest, replay, rows, verify } = warehouse;
    await writePlaces(warehouse);
    // Its last line has no end yet.
    const first = transactionsFile(
      { id: 1, amount: "1.01" },
      { id: 2, amount: "2.02", device_id: 9 },
      { id: 3, amount: "4.04", happened_at: "13/02/2022 09:00:00" },
      { id: 4, amount: "8.08" },
    ).slice(0, -1);
    await files.write("transactions-2026-01-01.csv", first);
    await ingest({ settings: { MAX_REJECT_RATIO: "1" } });
    // It grows, and goes on otherwise than it ended; what waited is resolved, and one is corrected, by the same run.
    const whole = `${first.slice(0, -1)}5\n${transactionRecords({ id: 5, amount: "16.16" })}`;
    await files.write("transactions-2026-01-01.csv", whole);
    await files.write("transactions-2026-01-02.csv", transactionsFile({ id: 1, amount: "32.32" }));
    await files.write("devices-2.csv", devicesFile({ id: 9 }));
    expect(await ingest({ settings: { CHUNK_RECORDS: "1" } })).toMatchObject({ corrected: 2, resolved: 1 });
    await replay({ settings: { SOURCE_DATE_ORDER: "dmy" } });
    await files.write(
      "transactions-2026-01-03.csv",
      transactionsFile({ id: 6, amount: "64.64" }, { id: 7, amount: "128.28" }),
    );
    expect(await ingest({ range: { fromId: 7 } })).toMatchObject({ loaded: 1 });
    await ingest();
    const noted = await amountsOf(warehouse);
    expect(noted).toMatchObject({
      runs: [
        { applied_amount: "9.09" },
        { applied_amount: "56.56" },
        { applied_amount: "0.00" },
        { applied_amount: "128.28" },
        { applied_amount: "64.64" },
      ],
      resolved: [{ amount: "4.04" }, { amount: "2.02" }],
    });

    await rows(WITHOUT_AMOUNTS);
    await rows(readFileSync(join(folder, AMOUNTS_OF_FILES, "migration.sql"), "utf8"));

    expect(await amountsOf(warehouse)).toEqual(noted);
    expect(await verify()).toEqual([]);
    for (const runId of [5, 4, 3, 2, 1]) {
      expect((await undo()).run?.runId).toBe(runId);
      expect(await verify()).toEqual([]);
    }
  }));

/** As it was before the migration that gave a ledger its stretches; one was added to by a run after the one that read it. */
const WITHOUT_STRETCHES = `
  ALTER TABLE operations.file_ranges ADD COLUMN stated_ids int8multirange;
  UPDATE operations.file_ranges AS ranges
  SET stated_ids = (
    SELECT range_agg(stretches.stated_ids) FROM operations.stated_stretches AS stretches
    WHERE stretches.file_id = ranges.file_id AND stretches.first_line BETWEEN ranges.first_line AND ranges.last_line
  );
  INSERT INTO operations.run_changes (run_id, table_name, row_key, before)
  SELECT
    2, 'file_ranges', jsonb_build_object('file_id', ranges.file_id, 'start_byte', ranges.start_byte),
    to_jsonb(ranges) || jsonb_build_object('stated_ids', first.stated_ids)
  FROM operations.run_changes AS noted
  JOIN operations.stated_stretches AS resolved
    ON noted.row_key @> jsonb_build_object('file_id', resolved.file_id, 'first_line', resolved.first_line)
  JOIN operations.file_ranges AS ranges USING (file_id)
  JOIN operations.stated_stretches AS first ON first.file_id = resolved.file_id AND first.first_line < resolved.first_line
  WHERE noted.run_id = 2 AND noted.table_name = 'stated_stretches';
  DELETE FROM operations.run_changes WHERE table_name = 'stated_stretches';
  DROP TABLE operations.stated_stretches;
  CREATE INDEX file_ranges_that_say_again ON operations.file_ranges (stated_at) WHERE stated_ids IS NOT NULL`;
const STRETCHES = "20261205000000_stated_stretches";

test.each([
  [
    "a store that could not be read",
    {
      dimension: "stores",
      before: {
        "stores-2026-01-01.csv": storesFile({ id: 1, typology: "Hotel" }),
        "stores-2026-01-02.csv": storesFile(
          { id: 1, typology: "Hotel" },
          { id: 1, typology: "Florist", created_at: "20/01/2022 09:00:00" },
          { id: 2 },
        ),
      },
      after: {},
      is: "Florist",
    },
  ],
  [
    "a device that waited",
    {
      dimension: "devices",
      before: {
        "stores-2026-01-01.csv": storesFile({ id: 3 }),
        "devices-2026-01-02.csv": devicesFile(
          { id: 1, store_id: 3 },
          { id: 1, store_id: 2 },
          { id: 9, store_id: 3 },
        ),
      },
      after: { "stores-2026-01-03.csv": storesFile({ id: 2 }, { id: 3 }) },
      is: "2",
    },
  ],
])(
  "%s in a chunk from before there were stretches is the newest, in its history too",
  (_what, { dimension, before, after, is }) =>
    withUndo(async ({ files, ingest, replay, rows, verify }) => {
      const settings = { MAX_REJECT_RATIO: "1" };
      for (const [name, text] of Object.entries(before)) await files.write(name, text);
      await ingest({ settings });
      await rows(WITHOUT_STRETCHES);
      await rows(readFileSync(join(folder, STRETCHES, "migration.sql"), "utf8"));
      await rows("GRANT ALL ON operations.stated_stretches TO PUBLIC");

      for (const [name, text] of Object.entries(after)) await files.write(name, text);
      await ingest({ settings });
      await replay({ settings: { SOURCE_DATE_ORDER: "dmy" } });

      const value = dimension === "stores" ? "typology" : "store_id::text";
      const id = dimension === "stores" ? "store_id" : "device_id";
      expect(
        await rows(
          `SELECT ${value} AS value FROM aggregation_layer.${dimension.slice(0, -1)}_versions WHERE ${id} = 1 AND is_current`,
        ),
      ).toEqual([{ value: is }]);
      const joined = dimension === "stores" ? "" : "JOIN ingestion_layer.dim_stores USING (store_key)";
      expect(
        await rows(
          `SELECT ${value} AS value FROM ingestion_layer.dim_${dimension} ${joined} WHERE ${id} = 1`,
        ),
      ).toEqual([{ value: is }]);
      expect(await verify()).toEqual([]);
    }),
);

test("what chunks said becomes what stretches say, and its runs can be taken back", () =>
  withUndo(async (warehouse, undo) => {
    const { files, ingest, rows, verify } = warehouse;
    const stretches = () =>
      rows(
        `SELECT path, first_line::integer AS first, stated_ids::text AS ids
         FROM operations.stated_stretches JOIN operations.source_files USING (file_id) ORDER BY 1, 2`,
      );
    await files.write("stores-2026-01-01.csv", storesFile({ id: 1 }));
    await files.write("devices-2026-01-01.csv", devicesFile({ id: 1 }, { id: 2, store_id: 9 }));
    await ingest();
    await files.write("stores-2026-01-02.csv", storesFile({ id: 1 }, { id: 9 }));
    expect(await ingest()).toMatchObject({ resolved: 1 });
    expect(await stretches()).toMatchObject([
      { path: "devices-2026-01-01.csv", first: 2, ids: "{[1,2)}" },
      { path: "devices-2026-01-01.csv", first: 3, ids: "{[2,3)}" },
      ...[{ path: "stores-2026-01-01.csv" }, { path: "stores-2026-01-02.csv" }],
    ]);

    await rows(WITHOUT_STRETCHES);
    await rows(readFileSync(join(folder, STRETCHES, "migration.sql"), "utf8"));

    // Of a chunk, with the header that it begins with.
    const firstStores = { path: "stores-2026-01-01.csv", first: 1, ids: "{[1,2)}" };
    expect(await stretches()).toEqual([
      { path: "devices-2026-01-01.csv", first: 1, ids: "{[1,3)}" },
      firstStores,
      { path: "stores-2026-01-02.csv", first: 1, ids: "{[1,2),[9,10)}" },
    ]);
    await undo();
    expect(await stretches()).toEqual([
      { path: "devices-2026-01-01.csv", first: 1, ids: "{[1,2)}" },
      firstStores,
    ]);
    expect(await verify()).toEqual([]);
    await undo();
    expect(await stretches()).toEqual([]);
    expect(await verify()).toEqual([]);
  }));
