import { expect, jest, test } from "@jest/globals";
import { runForJson } from "../processes/programs.ts";
import { holdServer, migratedWorkplace, query } from "../processes/workplace.ts";

jest.setTimeout(120_000);

const UNFINISHED = `UPDATE public._prisma_migrations SET finished_at = NULL, applied_steps_count = 0
  WHERE migration_name LIKE '%_daily_sales'`;

/**
 * What a SIGKILL, a Ctrl-C or a power cut leaves while migrations are applied: one that began and was not marked as
 * ended. Prisma by itself then refuses all further ones (P3009).
 */
test.each([
  ["whose statements were rolled back", "DROP VIEW aggregation_layer.daily_sales"],
  ["whose statements had been committed", "SELECT 1"],
])("a migration that was interrupted, %s, is completed by the next command", async (_name, effect) => {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  await query(url, effect);
  await query(url, UNFINISHED);
  await expect(runForJson(["runs", "--json"], place.environment)).resolves.toEqual({ runs: [] });
  await expect(query(url, "SELECT * FROM aggregation_layer.daily_sales")).resolves.toEqual([]);
});

test("a migration that failed is never taken for done, however often it is tried", async () => {
  const place = await migratedWorkplace();
  const url = await holdServer(place);
  // As Prisma notes an error of PostgreSQL: what the migration makes is there already, made by somebody else.
  await query(url, UNFINISHED.replace("finished_at = NULL", "finished_at = NULL, logs = 'ERROR'"));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(runForJson(["runs", "--json"], place.environment)).rejects.toThrow(/migration_failed/);
  }
});
