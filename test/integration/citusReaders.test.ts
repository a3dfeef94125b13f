import { expect, jest, test } from "@jest/globals";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { describeOnCitus } from "../fixtures/citus.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

const VERSIONS = "SELECT count(*)::integer AS versions FROM aggregation_layer.transaction_versions";

/** As the reader, who is asked for on the nodes as well. */
const asReader = async ({ database }: Warehouse, sql: string): Promise<unknown[]> =>
  (await database.readers().query<Record<string, unknown>>(sql)).rows;

async function fill({ files, ingest }: Warehouse): Promise<void> {
  await files.write("stores.csv", storesFile({ id: 1 }));
  await files.write("devices.csv", devicesFile({ id: 1 }));
  const sales = (amount: string) => Array.from({ length: 100 }, (_, index) => ({ id: index + 1, amount }));
  await files.write("transactions-1.csv", transactionsFile(...sales("1.00")));
  await ingest();
  await files.write("transactions-2.csv", transactionsFile(...sales("2.00")));
  expect(await ingest({ asOf: new Date() })).toMatchObject({ corrected: 100 });
}

/** Moves one piece of the facts, and that of the versions beside it, to the other node. */
const MOVE = `
  SELECT citus_move_shard_placement(shardid, shards.nodename, shards.nodeport, others.nodename, others.nodeport, 'block_writes')
  FROM citus_shards AS shards
  JOIN pg_dist_node AS others ON others.shouldhaveshards AND others.nodeport <> shards.nodeport
  WHERE table_name = 'ingestion_layer.fct_transactions'::regclass
  ORDER BY shardid
  LIMIT 1`;

const REFUSED = { code: "database_refused", message: expect.stringContaining("npm run db:distribute") };

describeOnCitus("the reader of distributed facts", () => {
  test("is told what to run once a piece has been moved, and reads all again after it", () =>
    withWarehouse(async (warehouse) => {
      await fill(warehouse);
      const before = await warehouse.views();
      expect(await asReader(warehouse, VERSIONS)).toEqual([{ versions: 200 }]);

      await warehouse.rows(MOVE);
      await expect(warehouse.views()).rejects.toMatchObject(REFUSED);
      expect(await warehouse.answers()).toEqual(expect.anything());

      expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: true, usable: true });
      expect(await warehouse.views()).toEqual(before);
      expect(await asReader(warehouse, VERSIONS)).toEqual([{ versions: 200 }]);
      expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
    }));

  test("sees no new column of the facts by itself, and what it saw before after a migration", () =>
    withWarehouse(async (warehouse) => {
      await fill(warehouse);
      const before = await warehouse.views();
      for (const sql of [
        "ALTER TABLE ingestion_layer.fct_transactions ADD COLUMN note text NOT NULL DEFAULT 'none'",
        "CREATE VIEW aggregation_layer.noted AS SELECT transaction_id, note FROM ingestion_layer.fct_transactions",
      ])
        await warehouse.rows(sql);
      await setUpRoles(warehouse.database.url);
      // As somebody may who has made a view.
      await warehouse.rows("GRANT SELECT ON aggregation_layer.noted TO tillhouse_reader");

      expect(await warehouse.views()).toEqual(before);
      expect(
        await asReader(
          warehouse,
          "SELECT count(transaction_id)::integer AS facts FROM aggregation_layer.noted",
        ),
      ).toEqual([{ facts: 100 }]);
      await expect(asReader(warehouse, "SELECT note FROM aggregation_layer.noted")).rejects.toMatchObject({
        ...{
          code: "42501",
          message: expect.stringMatching(/^permission denied for table fct_transactions_\d+$/),
        },
      });
    }));

  test("is let read nothing else of a piece, whatever it was let before", () =>
    withWarehouse(async (warehouse) => {
      const piece = (sql: string) =>
        warehouse.rows(
          `SELECT DISTINCT success, result FROM run_command_on_shards('ingestion_layer.fct_transactions', $$${sql}$$)`,
        );
      const maySee = (column: string) =>
        piece(`SELECT has_column_privilege('tillhouse_reader', '%s', '${column}', 'SELECT')`);
      await piece("GRANT SELECT (card_token, digest) ON %s TO tillhouse_reader");
      expect(await maySee("card_token")).toEqual([{ success: true, result: "t" }]);

      expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: true });
      for (const hidden of ["card_token", "card_last4", "card_key_id", "digest"])
        expect(await maySee(hidden)).toEqual([{ success: true, result: "f" }]);
      expect(await maySee("amount")).toEqual([{ success: true, result: "t" }]);
    }));

  test("may do on the nodes what it may on the coordinator, and no more, with whatever it sends them", () =>
    withWarehouse(async (warehouse) => {
      await fill(warehouse);
      await setUpRoles(warehouse.database.url);
      const sent = async (sql: string): Promise<unknown[]> => [
        ...(await asReader(
          warehouse,
          `SELECT DISTINCT success, result FROM run_command_on_workers($sent$${sql}$sent$)`,
        )),
        ...(await asReader(
          warehouse,
          `SELECT DISTINCT success, regexp_replace(result, '_[0-9]+$', '') AS result
           FROM run_command_on_shards('ingestion_layer.fct_transactions', $sent$${sql}$sent$)`,
        )),
      ];
      const said = (success: boolean, result: string) => [
        { success, result },
        { success, result },
      ];

      expect(await sent("SELECT current_user || ' ' || session_user")).toEqual(
        said(true, "tillhouse_reader tillhouse_reader"),
      );
      for (const [sql, what] of [
        ["CREATE TEMPORARY TABLE own (id integer)", "to create temporary tables in database"],
        ["CREATE TABLE public.own (id integer)", "for schema public"],
        ["CREATE TABLE operations.own (id integer)", "for schema operations"],
        ["SET ROLE tillhouse_loader", 'to set role "tillhouse_loader"'],
        ["SELECT pg_read_file('PG_VERSION')", "for function pg_read_file"],
        ["SELECT citus_add_node('localhost', 1)", "for function citus_add_node"],
        ["TABLE pg_authid", "for table pg_authid"],
        ["TABLE pg_dist_authinfo", "for table pg_dist_authinfo"],
      ] as const) {
        const refused = { success: false, result: expect.stringContaining(`permission denied ${what}`) };
        expect([sql, await sent(sql)]).toEqual([sql, [refused, refused]]);
      }
      const ofPieces = (sql: string) =>
        asReader(
          warehouse,
          `SELECT DISTINCT success, regexp_replace(result, '_[0-9]+$', '') AS result
           FROM run_command_on_shards('ingestion_layer.fct_transactions', '${sql}')`,
        );
      for (const sql of ["SELECT max(card_last4) FROM %s", "UPDATE %s SET amount = 0", "DELETE FROM %s"])
        expect([sql, await ofPieces(sql)]).toEqual([
          sql,
          [{ success: false, result: "ERROR:  permission denied for table fct_transactions" }],
        ]);
    }));
});
