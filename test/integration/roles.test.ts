import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { connectionSettings } from "../../src/database/connectionSettings.ts";
import { entryFor } from "../../src/database/entry.ts";
import {
  allRights,
  clusterRights,
  READ_ON_NODES,
  RIGHTS,
  ROLE_NAMES,
  ROLES,
  SCHEMAS,
  type ObjectKind,
  type RoleName,
} from "../../src/database/roles/rights.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { attempt, attemptForGood } from "../fixtures/attempt.ts";
import { isOnCluster } from "../fixtures/citus.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";

jest.setTimeout(120_000);

/** A table or view, as the catalogue has it. */
interface Relation {
  readonly name: string;
  readonly kind: "table" | "view" | "sequence";
  readonly columns: readonly string[];
}

const RELATIONS = `
  SELECT
    format('%I.%I', nspname, relname) AS name,
    CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped) AS columns
  FROM pg_class AS class
  JOIN pg_namespace AS namespace ON namespace.oid = relnamespace
  WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (nspname = ANY ($1) OR nspname = 'public')
    -- An extension, as Citus is one, says for itself who may see what it brings.
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'e')
  ORDER BY 1`;

const rightsHere = (): ReturnType<typeof allRights> => [
  ...allRights(),
  ...(isOnCluster() ? clusterRights() : []),
];

const isGiven = (
  role: RoleName,
  kind: ObjectKind,
  name: string,
  privilege: string,
  column?: string,
): boolean =>
  rightsHere().some(
    (right) =>
      right.role === ROLES[role] &&
      right.kind === kind &&
      right.names.join(".") === name &&
      right.privilege === privilege &&
      (column === undefined || right.column === column),
  );

/** A database with the roles set up, and a connection as its owner and in each role. */
interface Connected {
  readonly owner: pg.Client;
  readonly inRole: Readonly<Record<RoleName, pg.Client>>;
  readonly relations: readonly Relation[];
}

/** Makes a test body out of one that takes such a database. */
function withRoles(body: (connected: Connected) => Promise<void>): () => Promise<void> {
  return () =>
    withTestDatabase(async (url) => {
      // What the template's database grants, as opposed to what is in it, is not copied.
      await setUpRoles(url);
      const clients: pg.Client[] = [];
      const connected = async (role?: RoleName): Promise<pg.Client> => {
        const client = new pg.Client(connectionSettings({ url, ...(role && { role }) }, "test"));
        clients.push(client);
        await client.connect();
        return client;
      };
      try {
        const owner = await connected();
        const inRole = { loader: await connected("loader"), reader: await connected("reader") };
        const { rows: relations } = await owner.query<Relation>(RELATIONS, [SCHEMAS]);
        await body({ owner, inRole, relations });
      } finally {
        for (const client of clients) await client.end();
      }
    });
}

/** What was allowed and should not have been, or the other way round. */
async function surprises(
  client: pg.Client,
  tries: readonly { what: string; sql: string; expected: boolean; unless?: readonly string[] }[],
): Promise<string[]> {
  const found: string[] = [];
  for (const { what, sql, expected, unless = [] } of tries) {
    const { isAllowed, state = "" } = await attempt(client, sql);
    // What a view can never have done to it is refused before anybody's rights are looked at.
    const got = isAllowed && !unless.includes(state);
    if (got !== expected) found.push(`${what}: ${got ? "allowed" : "refused"} (${state})`);
  }
  return found;
}

const ofKind = (relations: readonly Relation[], ...kinds: readonly Relation["kind"][]): readonly Relation[] =>
  relations.filter(({ kind }) => kinds.includes(kind));

test(
  "what the reader may read of distributed tables on the nodes is what its views show or look by, and no more",
  withRoles(async ({ owner }) => {
    for (const [table, columns] of Object.entries(READ_ON_NODES)) {
      const { rows } = await owner.query<{ name: string }>(
        `SELECT DISTINCT attname::text AS name
         FROM pg_depend
         JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid
         JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
         WHERE refobjid = $1::regclass AND has_table_privilege($2, ev_class, 'SELECT')`,
        [table, ROLES.reader],
      );
      expect([table, rows.map(({ name }) => name).sort()]).toEqual([table, [...columns].sort()]);
    }
  }),
);

test(
  "every schema, table, view, sequence and function of ours has a line that says who may do what",
  withRoles(async ({ owner, relations }) => {
    const named = (kind: "table" | "sequence") => Object.keys(RIGHTS[kind]).sort();
    expect(
      ofKind(relations, "table", "view")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(named("table"));
    expect(
      ofKind(relations, "sequence")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(named("sequence"));
    const { rows: schemas } = await owner.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace AS namespace
       WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
         AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = namespace.oid AND deptype = 'e')
       ORDER BY 1`,
    );
    expect(schemas.map(({ name }) => name)).toEqual(Object.keys(RIGHTS.schema).sort());
    // Who makes one has to say here who may call it. Triggers call theirs whoever writes.
    const { rows: routines } = await owner.query(
      `SELECT proname AS name, has_function_privilege('public', p.oid, 'EXECUTE') AS by_anybody,
         ARRAY(SELECT role FROM unnest($2::text[]) AS role WHERE has_function_privilege(role, p.oid, 'EXECUTE')) AS by_roles
       FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace WHERE nspname = ANY ($1)`,
      [SCHEMAS, Object.values(ROLES)],
    );
    expect(routines).toEqual([{ name: "note_run_changes", by_anybody: false, by_roles: [] }]);
    const columns = new Map(relations.map((one) => [one.name, one.columns]));
    for (const { column, names } of allRights()) {
      if (column !== null) expect(columns.get(names.join("."))).toContain(column);
    }
  }),
);

test(
  "a view reads with its owner's rights, so that who may read it needs none on what it reads",
  withRoles(async ({ owner }) => {
    const { rows } = await owner.query(
      "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'aggregation_layer'::regnamespace AND reloptions::text ~ 'security_invoker'",
    );
    expect(rows).toEqual([]);
  }),
);

describe.each(ROLE_NAMES)("the %s", (role) => {
  test(
    "reads, adds, changes and deletes where it is given that, and nowhere else",
    withRoles(async ({ inRole, relations }) => {
      const tries = ofKind(relations, "table", "view").flatMap(({ name, kind }) => {
        const unless = kind === "view" ? ["55000", "42809"] : [];
        const writes = (verb: string): boolean => isGiven(role, "table", name, verb);
        return [
          { what: `SELECT ${name}`, sql: `SELECT * FROM ${name} LIMIT 0`, expected: writes("SELECT") },
          {
            what: `INSERT ${name}`,
            sql: `INSERT INTO ${name} DEFAULT VALUES`,
            expected: writes("INSERT"),
            unless,
          },
          {
            what: `DELETE ${name}`,
            sql: `DELETE FROM ${name} WHERE false`,
            expected: writes("DELETE"),
            unless,
          },
          { what: `TRUNCATE ${name}`, sql: `TRUNCATE ${name} CASCADE`, expected: false, unless },
          {
            what: `LOCK ${name}`,
            sql: `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`,
            expected: writes("UPDATE") || writes("DELETE"),
          },
          {
            what: `COPY ${name}`,
            sql: `COPY ${name} TO PROGRAM 'true'`,
            expected: false,
          },
        ];
      });
      expect(tries.length).toBeGreaterThan(150);
      expect(await surprises(inRole[role], tries)).toEqual([]);
    }),
  );

  test(
    "reads and changes each column where it is given that, and nowhere else",
    withRoles(async ({ inRole, relations }) => {
      const tries = ofKind(relations, "table", "view").flatMap(({ name, kind, columns }) =>
        columns.flatMap((column) => {
          const may = (verb: string): boolean =>
            isGiven(role, "table", name, verb) || isGiven(role, "column", name, verb, column);
          // What nobody can do to a view, or to a distributed table on a cluster, is refused before anybody's rights are looked at.
          const isTold = kind === "view" || (isOnCluster() && !may("UPDATE"));
          const unless = isTold ? ["55000", "0A000"] : [];
          return [
            {
              what: `SELECT ${name}.${column}`,
              sql: `SELECT "${column}" FROM ${name} LIMIT 0`,
              expected: may("SELECT"),
            },
            {
              what: `UPDATE ${name}.${column}`,
              sql: `UPDATE ${name} SET "${column}" = DEFAULT WHERE false`,
              expected: may("UPDATE"),
              unless,
            },
          ];
        }),
      );
      expect(tries.length).toBeGreaterThan(500);
      expect(await surprises(inRole[role], tries)).toEqual([]);
    }),
  );

  test(
    "takes numbers from sequences where it is given that, and never sets one",
    withRoles(async ({ inRole, relations }) => {
      const tries = ofKind(relations, "sequence").flatMap(({ name }) => [
        {
          what: `nextval ${name}`,
          sql: `SELECT nextval('${name}')`,
          expected: isGiven(role, "sequence", name, "USAGE"),
        },
        { what: `setval ${name}`, sql: `SELECT setval('${name}', 9)`, expected: false },
        { what: `SELECT ${name}`, sql: `SELECT last_value FROM ${name}`, expected: false },
      ]);
      expect(tries).toHaveLength(3 * Object.keys(RIGHTS.sequence).length);
      expect(await surprises(inRole[role], tries)).toEqual([]);
    }),
  );

  test(
    "refers to no table, puts no trigger on one and looks after none",
    withRoles(async ({ owner, relations }) => {
      const { rows } = await owner.query(
        `SELECT format('%s on %s', privilege, name) AS surprise
       FROM unnest($2::text[]) AS name
       CROSS JOIN unnest(CASE WHEN current_setting('server_version_num')::integer >= 170000
         THEN ARRAY['REFERENCES', 'TRIGGER', 'TRUNCATE', 'MAINTAIN']
         ELSE ARRAY['REFERENCES', 'TRIGGER', 'TRUNCATE'] END) AS privilege
       WHERE has_table_privilege($1, name, privilege)`,
        [ROLES[role], ofKind(relations, "table", "view").map(({ name }) => name)],
      );
      expect(rows).toEqual([]);
    }),
  );

  test(
    "makes, alters and drops nothing in any schema",
    withRoles(async ({ owner, inRole, relations }) => {
      const inSchemas = [...SCHEMAS, "public"].flatMap((schema) => [
        `CREATE TABLE ${schema}.mine (a integer)`,
        `CREATE VIEW ${schema}.mine AS SELECT 1 AS a`,
        `CREATE SEQUENCE ${schema}.mine`,
        `CREATE TYPE ${schema}.mine AS ENUM ('a')`,
        `CREATE FUNCTION ${schema}.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
        `DROP SCHEMA ${schema} CASCADE`,
        `ALTER SCHEMA ${schema} RENAME TO mine`,
        `GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO PUBLIC; SELECT 1 / 0`,
      ]);
      const onTables = ofKind(relations, "table").flatMap(({ name, columns }) => [
        `ALTER TABLE ${name} ADD COLUMN mine integer`,
        `ALTER TABLE ${name} DISABLE TRIGGER ALL`,
        `ALTER TABLE ${name} OWNER TO CURRENT_USER`,
        `CREATE INDEX mine ON ${name} ("${columns[0] ?? ""}")`,
        `DROP TABLE ${name} CASCADE`,
        `COMMENT ON TABLE ${name} IS 'mine'`,
      ]);
      const onViews = ofKind(relations, "view").flatMap(({ name }) => [
        `CREATE OR REPLACE VIEW ${name} AS SELECT 1 AS a`,
        `ALTER VIEW ${name} SET (security_barrier)`,
        `DROP VIEW ${name} CASCADE`,
      ]);
      const tries = [...inSchemas, ...onTables, ...onViews];
      expect(tries.length).toBeGreaterThan(150);
      // A GRANT of what one does not have to give is a warning; the division after it is what it comes to then.
      const unless = ["22012"];
      expect(
        await surprises(
          inRole[role],
          tries.map((sql) => ({ what: sql, sql, expected: false, unless })),
        ),
      ).toEqual([]);
      const { rows } = await owner.query("SELECT relname FROM pg_class WHERE relowner = $1::regrole", [
        ROLES[role],
      ]);
      expect(rows).toEqual([]);
    }),
  );

  test(
    "has staging of its own and keys checked as sets, where it loads, and nothing else of the server",
    withRoles(async ({ inRole }) => {
      const loads = role === "loader";
      const tries = [
        ["CREATE TEMPORARY TABLE mine (a integer)", loads],
        ["SET LOCAL session_replication_role = replica", loads],
        ["CREATE SCHEMA mine", false],
        ["CREATE ROLE mine", false],
        [`ALTER ROLE ${ROLES[role]} SUPERUSER`, false],
        [`GRANT pg_read_all_data TO ${ROLES[role]}`, false],
        ["SELECT rolpassword FROM pg_authid", false],
        ["SELECT pg_read_file('PG_VERSION')", false],
        ["SELECT pg_ls_dir('.')", false],
        ["SELECT pg_reload_conf()", false],
        ["SELECT lo_import('/etc/hostname')", false],
        ["COPY (SELECT 1) TO '/tmp/mine'", false],
        ["COPY (SELECT 1) TO PROGRAM 'true'", false],
        ["CREATE EXTENSION pg_stat_statements", false],
        ["SET LOCAL log_statement = 'all'", false],
        [
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
          false,
        ],
      ] as const;
      expect(
        await surprises(
          inRole[role],
          tries.map(([sql, expected]) => ({ what: sql, sql, expected })),
        ),
      ).toEqual([]);
      for (const sql of [
        "ALTER SYSTEM SET work_mem = '4MB'",
        "CREATE DATABASE mine",
        "DROP DATABASE template1",
      ]) {
        expect([sql, (await attemptForGood(inRole[role], sql)).isAllowed]).toEqual([sql, false]);
      }
    }),
  );
});

test(
  "sees no card: the reader neither a token nor what it is made with, in no table",
  withRoles(async ({ inRole, relations }) => {
    const secret = relations.flatMap(({ name, columns }) =>
      columns
        .filter((column) => /^card_|fingerprint|digest/.test(column))
        .map((column) => `SELECT ${column} FROM ${name}`),
    );
    expect(secret.length).toBeGreaterThan(10);
    expect(
      await surprises(
        inRole.reader,
        secret.map((sql) => ({ what: sql, sql, expected: false })),
      ),
    ).toEqual([]);
  }),
);

test.each(["read", "verify"] as const)(
  "a connection to %s writes nothing, whatever its role may",
  async (purpose) => {
    await withTestDatabase(async (url) => {
      const client = new pg.Client(connectionSettings(entryFor(url, purpose, true), "test"));
      await client.connect();
      const sql = "UPDATE operations.run_locks SET run_id = NULL WHERE false";
      try {
        expect((await attempt(client, sql)).state).toBe("25006");
        const { rows } = await client.query(
          "SELECT current_user::text AS role, current_setting('transaction_read_only') AS ro",
        );
        expect(rows).toEqual([{ role: purpose === "read" ? ROLES.reader : ROLES.loader, ro: "on" }]);
      } finally {
        await client.end();
      }
    });
  },
);
