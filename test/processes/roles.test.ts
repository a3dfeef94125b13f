import { expect, jest, test } from "@jest/globals";
import { openEmbeddedServer } from "../../src/database/embedded/openEmbeddedServer.ts";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { run, runForJson, type Environment } from "./programs.ts";
import {
  addSampleFiles,
  freshWorkplace,
  holdServer,
  migratedWorkplace,
  query,
  type Workplace,
} from "./workplace.ts";

jest.setTimeout(180_000);

const KEY = "5a".repeat(32);

/** What a statement was run as, as the server kept it. */
interface Seen {
  readonly role: string;
  readonly statement: string;
}

/** Has the embedded server keep, of every statement, as whom it ran: that of the moment, not of who logged in. */
async function watchStatements({ stateDir }: Workplace): Promise<void> {
  const options = { stateDir, logger: silentLogger, clock: systemClock };
  const server = await openEmbeddedServer(options);
  await query(server.url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
  await query(server.url, "ALTER SYSTEM SET pg_stat_statements.max = 10000");
  await server.close();
  await stopEmbeddedServer(options);
}

async function seenDuring(url: string, work: () => Promise<unknown>): Promise<Seen[]> {
  await query(url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public");
  await query(url, "SELECT public.pg_stat_statements_reset()");
  await work();
  return query<{ role: string; statement: string }>(
    url,
    `SELECT rolname::text AS role, query AS statement
     FROM public.pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query !~ 'pg_stat_statements'`,
  );
}

const as = (role: string, seen: readonly Seen[]): string[] =>
  seen.flatMap(({ role: of, statement }) => (of === role ? [statement] : []));

test("every statement of a load runs as the loader, and of what is read as the reader, but for three that leave it", async () => {
  const place = await migratedWorkplace();
  await addSampleFiles(place);
  await watchStatements(place);
  const url = await holdServer(place);

  const loading = await seenDuring(url, async () => {
    expect(await runForJson(["ingest", "--json"], place.environment)).toMatchObject({ loaded: 1800 });
  });
  expect(as("tillhouse_loader", loading).length).toBeGreaterThan(60);
  expect(
    as("tillhouse_loader", loading).some((one) => one.startsWith("COPY ingestion_layer.fct_transactions")),
  ).toBe(true);
  expect(as("tillhouse_reader", loading)).toEqual([]);
  // Ending loaders that are gone, dropping their staging, refreshing statistics: each a block that says so itself.
  for (const statement of as("tillhouse", loading)) {
    expect(statement).toMatch(/^DO \$\$.*PERFORM set_config\('role', 'none', true\)/s);
  }
  expect(as("tillhouse", loading).length).toBeGreaterThanOrEqual(3);

  for (const command of [
    ["answers", "--format", "json"],
    ["runs", "--json"],
    ["rejects", "--json"],
  ]) {
    const reading = await seenDuring(url, () => runForJson(command, place.environment));
    expect(as("tillhouse_reader", reading).length).toBeGreaterThan(2);
    expect(reading.filter(({ role }) => role !== "tillhouse_reader")).toEqual([]);
  }

  const verifying = await seenDuring(url, () => runForJson(["verify", "--json"], place.environment));
  expect(as("tillhouse_loader", verifying).length).toBeGreaterThan(15);
  expect(verifying.filter(({ role }) => role !== "tillhouse_loader")).toEqual([]);

  // A load that shows its answers reads them as the reader.
  const showing = await seenDuring(url, async () => {
    expect(await run(["ingest"], place.environment)).toMatchObject({ exitCode: 0 });
  });
  expect(
    as("tillhouse_reader", showing).filter((one) => one.includes("top_10_stores_by_amount")),
  ).not.toEqual([]);
});

test("the embedded server gets its roles by itself, from an older version's database as well", async () => {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  await query(url, "DROP OWNED BY tillhouse_loader, tillhouse_reader");
  await query(url, "DROP ROLE tillhouse_loader, tillhouse_reader");
  await addSampleFiles(place);

  const { exitCode, stderr } = await run(["ingest", "--json"], place.environment);
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("roles")]);
  expect(
    await query(
      url,
      "SELECT rolname::text AS name FROM pg_roles WHERE rolname LIKE 'tillhouse_%' ORDER BY 1",
    ),
  ).toEqual([{ name: "tillhouse_loader" }, { name: "tillhouse_reader" }]);
});

test("a user who may not create roles loads without them, is told so once a run, and is given the SQL", async () => {
  const place = await freshWorkplace();
  await addSampleFiles(place);
  const own = await freshWorkplace();
  const admin = new URL(await holdServer(own));
  await query(admin.href, "CREATE ROLE clerk LOGIN PASSWORD 'clerk'");
  await query(admin.href, "CREATE DATABASE shop OWNER clerk");
  admin.pathname = "/shop";
  const url = new URL(admin.href);
  [url.username, url.password] = ["clerk", "clerk"];
  const environment: Environment = { ...place.environment, DATABASE_URL: url.href, CARD_TOKEN_KEY: KEY };

  const migrated = await run(["migrate"], environment);
  expect(migrated.exitCode).toBe(0);
  expect(migrated.stderr).toMatch(/This user may not set up the roles/);
  const sql = migrated.stdout.slice(migrated.stdout.indexOf("-- In the database shop, as a superuser:"));
  expect(sql).toContain('CREATE ROLE "tillhouse_loader" NOLOGIN NOINHERIT;');

  const without = await run(["ingest", "--json"], environment);
  expect(JSON.parse(without.stdout)).toMatchObject({ status: "succeeded", loaded: 1800 });
  expect(without.stderr.match(/roles_missing/g)).toHaveLength(1);
  expect(without.stderr).toMatch(/npm run db:migrate/);

  // As it was printed, and nothing else.
  await query(admin.href, sql);
  for (const command of [
    ["ingest", "--json"],
    ["verify", "--json"],
    ["answers", "--format", "json"],
    ["runs", "--json"],
  ]) {
    const { exitCode, stderr } = await run(command, environment);
    expect([command, exitCode, stderr]).toEqual([command, 0, expect.not.stringContaining("roles_missing")]);
  }
  expect(await run(["migrate"], environment)).toMatchObject({
    exitCode: 0,
    stdout: "The database has every migration.\n",
  });

  // Another user, who has no right at all but to enter: whatever needs one was done in a role.
  await query(admin.href, "CREATE ROLE visitor LOGIN NOINHERIT PASSWORD 'visitor'");
  await query(admin.href, "GRANT tillhouse_loader, tillhouse_reader TO visitor");
  [url.username, url.password] = ["visitor", "visitor"];
  const visiting = { ...environment, DATABASE_URL: url.href };
  await query(
    admin.href,
    "DELETE FROM ingestion_layer.fct_transactions; DELETE FROM aggregation_layer.rollup_days",
  );
  expect((await run(["verify"], visiting)).exitCode).toBe(1);
  const rebuilt = await run(["ingest", "--select", "aggregation_layer", "--json"], visiting);
  expect(rebuilt.stderr).not.toContain("42501");
  for (const command of [
    ["ingest", "--json"],
    ["answers", "--format", "json"],
    ["rejects", "--json"],
  ]) {
    expect([command, (await run(command, visiting)).exitCode]).toEqual([command, 0]);
  }
});
