import { expect, jest, test } from "@jest/globals";
import { run, runForJson, type Environment } from "./programs.ts";
import { addSampleFiles, freshWorkplace, holdServer, query, type Workplace } from "./workplace.ts";

jest.setTimeout(120_000);

const KEY = "5a".repeat(32);

/** A database on a server that, to the program, is a user's own. */
async function ownDatabase(place: Workplace): Promise<{ url: string; environment: Environment }> {
  const server = await freshWorkplace();
  const url = new URL(await holdServer(server));
  await query(url.href, "CREATE DATABASE shop");
  url.pathname = "/shop";
  return {
    url: url.href,
    environment: { ...place.environment, DATABASE_URL: url.href, CARD_TOKEN_KEY: KEY },
  };
}

test("a user's own database is migrated when told to, then loaded, under one key only", async () => {
  const place = await freshWorkplace();
  await addSampleFiles(place);
  const { url, environment } = await ownDatabase(place);
  const { password } = new URL(url);

  const early = await run(["ingest", "--json"], environment);
  expect(early.exitCode).toBe(2);
  expect(JSON.parse(early.stdout)).toMatchObject({ status: "failed", error: { code: "migrations_pending" } });
  expect(early.stderr).toMatch(/^migrations_pending: .*npm run db:migrate\n$/);
  // A run never changes a schema that it was not told to.
  expect(await query(url, "SELECT nspname FROM pg_namespace WHERE nspname = 'operations'")).toEqual([]);

  const migrated = await run(["migrate"], environment);
  expect(migrated.exitCode).toBe(0);
  const again = await run(["migrate"], environment);
  expect(again).toMatchObject({ exitCode: 0, stdout: "The database has every migration.\n" });

  await expect(runForJson(["ingest", "--json"], environment)).resolves.toMatchObject({ loaded: 1800 });
  await expect(runForJson(["verify", "--json"], environment)).resolves.toMatchObject({ status: "verified" });

  const otherKey = await run(["ingest", "--json"], { ...environment, CARD_TOKEN_KEY: "a5".repeat(32) });
  expect(otherKey.exitCode).toBe(2);
  expect(JSON.parse(otherKey.stdout)).toMatchObject({ error: { code: "card_token_key_mismatch" } });
  expect(otherKey.stderr).toMatch(/^card_token_key_mismatch: /m);

  const stop = await run(["stop"], environment);
  expect(stop).toMatchObject({ exitCode: 2, stdout: "" });

  for (const { stdout, stderr } of [early, migrated, again, otherKey, stop]) {
    expect(stdout + stderr).not.toContain(password);
    expect(stdout + stderr).not.toContain(KEY);
  }
});
