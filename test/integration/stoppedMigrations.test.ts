import { expect, test } from "@jest/globals";
import { deployMigrations } from "../../src/database/migrations.ts";
import { onServer } from "../fixtures/testRun.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";

test("migrations that are told to stop while they ask what was interrupted begin none", () =>
  withTestDatabase(async (url) => {
    const PENDING =
      "DELETE FROM public._prisma_migrations WHERE migration_name LIKE '%_room_for_corrections'";
    await onServer(url, (client) => client.query(PENDING));
    const asked: boolean[] = [];
    const stopping = {
      // Not yet when they begin.
      get aborted() {
        asked.push(true);
        return asked.length > 1;
      },
    } as AbortSignal;

    await expect(deployMigrations(url, process.env, stopping)).rejects.toMatchObject({ code: "run_stopped" });

    const { rowCount } = await onServer(url, (client) => client.query(PENDING));
    expect(rowCount).toBe(0);
  }));
