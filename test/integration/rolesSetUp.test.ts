import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { loadConfig } from "../../src/config/loadConfig.ts";
import { openEmbeddedServer, type EmbeddedServer } from "../../src/database/embedded/openEmbeddedServer.ts";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { deployMigrations } from "../../src/database/migrations.ts";
import { openDatabase } from "../../src/database/openDatabase.ts";
import { roleDifferences } from "../../src/database/roles/roleDifferences.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { onServer, testRun, urlOfDatabase } from "../fixtures/testRun.ts";
import { TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";

jest.setTimeout(120_000);

// Roles are a server's: a server that no other test uses, unless one is named, which must be nobody else's then.
let stateDir = "";
let server: EmbeddedServer | undefined;
let serverUrl = "";
const databases: string[] = [];
const logins: string[] = [];

const onDatabase = (name: string, sql: string) =>
  onServer(urlOfDatabase(serverUrl, name), (client) => client.query(sql));
const named = (what: string): string => `till_${what}_${randomBytes(4).toString("hex")}`;

beforeAll(async () => {
  stateDir = await mkdtemp(join(testRun().folder, "roles-"));
  await chmod(stateDir, 0o755);
  const { databaseUrl } = testRun();
  if (databaseUrl === undefined)
    server = await openEmbeddedServer({ stateDir, logger: silentLogger, clock: systemClock });
  serverUrl = databaseUrl ?? server?.url ?? "";
}, 120_000);
afterEach(async () => {
  for (const name of databases) {
    await onDatabase(name, "DROP OWNED BY tillhouse_loader, tillhouse_reader").catch(ignoreMissing);
  }
  for (const name of databases.splice(0)) await onDatabase("postgres", `DROP DATABASE ${name} WITH (FORCE)`);
  await onDatabase("postgres", "DROP ROLE IF EXISTS tillhouse_loader, tillhouse_reader");
  for (const name of logins.splice(0)) await onDatabase("postgres", `DROP ROLE ${name}`);
});
afterAll(async () => {
  const template = await ours;
  if (template !== undefined) await onDatabase("postgres", `DROP DATABASE ${template}`);
  await server?.close();
  await stopEmbeddedServer({ stateDir, logger: silentLogger });
  await rm(stateDir, { recursive: true, force: true, maxRetries: 3 });
});

const UNDEFINED_OBJECT = "42704";
function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== UNDEFINED_OBJECT) throw error;
}

/** Somebody who logs in and is no superuser. */
async function login(attributes = ""): Promise<string> {
  const name = named("login");
  await onDatabase("postgres", `CREATE ROLE ${name} LOGIN PASSWORD '${name}' ${attributes}`);
  logins.push(name);
  return name;
}

/** A migrated database, without roles yet; of a user who owns it and everything in it. */
async function warehouse(owner?: string): Promise<{ name: string; url: string }> {
  const name = named("shop");
  const template = owner === undefined ? await (ours ??= migrated()) : "template0";
  await onDatabase(
    "postgres",
    `CREATE DATABASE ${name} TEMPLATE ${template} ${owner === undefined ? "" : `OWNER ${owner}`}`,
  );
  databases.push(name);
  const url = urlAs(urlOfDatabase(serverUrl, name), owner);
  if (owner !== undefined) await deployMigrations(url, process.env);
  return { name, url };
}

/** One of the server's own user, to copy: migrating takes seconds. */
let ours: Promise<string> | undefined;
async function migrated(): Promise<string> {
  const name = named("template");
  await onDatabase("postgres", `CREATE DATABASE ${name} TEMPLATE template0`);
  await deployMigrations(urlOfDatabase(serverUrl, name), process.env);
  return name;
}

function urlAs(url: string, user: string | undefined): string {
  if (user === undefined) return url;
  const other = new URL(url);
  [other.username, other.password] = [user, user];
  return other.href;
}

const differences = (url: string) => onServer(url, roleDifferences);

/** As whom a load of this user would work, and what is said of it. */
async function loadingAs(url: string): Promise<{ role: string; codes: unknown[] }> {
  const logger = collectingLogger();
  const settings = { DATABASE_URL: url, CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY };
  const config = loadConfig(settings, "no .env file");
  const options = { config, logger, clock: systemClock, environment: {} };
  const database = await openDatabase({ ...options, purpose: "load" });
  try {
    const { rows } = await database.pool.query<{ role: string }>("SELECT current_user::text AS role");
    return { role: rows[0]?.role ?? "", codes: logger.lines.map(({ fields }) => fields["code"]) };
  } finally {
    await database.close();
  }
}

/** The rows of the catalogue that rights are in, and the transactions that wrote them. */
const catalogue = (url: string) =>
  onServer(url, async (client) => {
    const { rows } = await client.query<{ state: string }>(`
      SELECT string_agg(xmin::text || oid || coalesce(relacl::text, ''), ' ' ORDER BY oid) AS state FROM pg_class
      WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`);
    return rows[0]?.state;
  });

test("are set up once; the second time finds nothing to do, and does nothing", async () => {
  const { url } = await warehouse();
  expect((await differences(url)).length).toBeGreaterThan(100);

  expect(await setUpRoles(url)).toMatchObject({ changed: true, usable: true, forAdministrator: [] });
  expect(await differences(url)).toEqual([]);
  const before = await catalogue(url);
  expect(await setUpRoles(url)).toMatchObject({ changed: false, usable: true, forAdministrator: [] });
  expect(await catalogue(url)).toBe(before);
  expect(await loadingAs(url)).toEqual({ role: "tillhouse_loader", codes: [] });
});

test("are put right again, whatever was done to them by hand", async () => {
  const { name, url } = await warehouse();
  await setUpRoles(url);
  const strays = [
    "GRANT SELECT ON ingestion_layer.fct_transactions TO PUBLIC",
    "GRANT DELETE, TRUNCATE ON ingestion_layer.fct_transactions TO tillhouse_loader",
    "GRANT SELECT ON operations.quarantine TO tillhouse_reader",
    "GRANT SELECT (card_token) ON operations.quarantine TO tillhouse_reader",
    "GRANT UPDATE (fingerprint) ON operations.card_token_keys TO tillhouse_loader",
    "GRANT UPDATE ON SEQUENCE operations.runs_run_id_seq TO tillhouse_loader",
    "GRANT CREATE ON SCHEMA operations TO tillhouse_loader",
    "GRANT USAGE ON SCHEMA ingestion_layer TO PUBLIC",
    `GRANT TEMPORARY ON DATABASE ${name} TO PUBLIC`,
    `GRANT CREATE ON DATABASE ${name} TO tillhouse_reader`,
    "GRANT SET ON PARAMETER log_statement TO tillhouse_reader",
    "GRANT pg_read_all_data TO tillhouse_reader",
    "ALTER ROLE tillhouse_loader LOGIN INHERIT CREATEDB CREATEROLE BYPASSRLS REPLICATION",
    'CREATE TABLE operations."by hand" (a integer); GRANT SELECT ON operations."by hand" TO tillhouse_reader',
    "CREATE FUNCTION operations.by_hand(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "REVOKE SELECT ON operations.runs FROM tillhouse_reader",
    "REVOKE INSERT ON ingestion_layer.fct_transactions FROM tillhouse_loader",
    "REVOKE USAGE ON SCHEMA operations FROM tillhouse_reader",
    "REVOKE SET ON PARAMETER session_replication_role FROM tillhouse_loader",
  ];
  for (const stray of strays) {
    await onDatabase(name, stray);
    expect([stray, (await differences(url)).length > 0]).toEqual([stray, true]);
    expect([stray, await setUpRoles(url)]).toMatchObject([stray, { changed: true, forAdministrator: [] }]);
    expect([stray, await differences(url)]).toEqual([stray, []]);
  }
  // All of them at once as well: what one takes back may be what another gives.
  await onDatabase(name, strays.slice(0, 13).join(";"));
  await setUpRoles(url);
  expect(await differences(url)).toEqual([]);
});

test("what others are granted stays as it is", async () => {
  const { name, url } = await warehouse();
  await setUpRoles(url);
  const analyst = await login();
  await onDatabase(
    name,
    `GRANT USAGE ON SCHEMA ingestion_layer TO ${analyst}; GRANT SELECT ON ingestion_layer.dim_time TO ${analyst}`,
  );
  expect(await setUpRoles(url)).toMatchObject({ changed: false });
  await onDatabase(name, `DROP OWNED BY ${analyst}`);
});

test("are set up by ten at once, in two databases of one server", async () => {
  const [one, other] = [await warehouse(), await warehouse()];
  const ten = Array.from({ length: 10 }, (_none, index) => setUpRoles(index % 2 === 0 ? one.url : other.url));
  for (const done of await Promise.all(ten))
    expect(done).toMatchObject({ usable: true, forAdministrator: [] });
  expect([await differences(one.url), await differences(other.url)]).toEqual([[], []]);
});

test("of one database are no reason to do anything in another, which goes on without until it has its own", async () => {
  const [one, other] = [await warehouse(), await warehouse()];
  await setUpRoles(one.url);
  const { username } = new URL(serverUrl);
  expect(await loadingAs(other.url)).toEqual({ role: username, codes: ["roles_missing"] });
  await setUpRoles(other.url);
  expect(await loadingAs(other.url)).toEqual({ role: "tillhouse_loader", codes: [] });
});

describe("a user who is no superuser", () => {
  test("and may not create roles gets the SQL for somebody who may; once that has run, all is as it should be", async () => {
    const clerk = await login();
    const { name, url } = await warehouse(clerk);
    const asked = await setUpRoles(url);
    expect(asked).toMatchObject({ usable: false, database: name });
    expect(asked.forAdministrator).toContain('CREATE ROLE "tillhouse_loader" NOLOGIN NOINHERIT');
    expect(await loadingAs(url)).toEqual({ role: clerk, codes: ["roles_missing"] });

    await onDatabase(name, asked.forAdministrator.join(";\n"));
    expect(await differences(url)).toEqual([]);
    expect(await setUpRoles(url)).toMatchObject({ changed: false, usable: true, forAdministrator: [] });
    expect(await loadingAs(url)).toEqual({ role: "tillhouse_loader", codes: [] });
  });

  test("and may create roles sets them up, but for what a superuser alone may give, which is only faster", async () => {
    const chief = await login("CREATEROLE");
    const { url } = await warehouse(chief);
    expect(await setUpRoles(url)).toMatchObject({
      usable: true,
      forAdministrator: ['GRANT SET ON PARAMETER "session_replication_role" TO "tillhouse_loader"'],
    });
    expect(await loadingAs(url)).toEqual({ role: "tillhouse_loader", codes: [] });
  });

  test("and owns nothing is let in by being granted the roles, and needs nothing else", async () => {
    const { name, url } = await warehouse();
    await setUpRoles(url);
    const clerk = await login("NOINHERIT");
    await onDatabase(name, `GRANT tillhouse_loader, tillhouse_reader TO ${clerk}`);
    expect(await loadingAs(urlAs(url, clerk))).toEqual({ role: "tillhouse_loader", codes: [] });
  });
});
