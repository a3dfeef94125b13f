import { expect, jest, test } from "@jest/globals";
import { planDistribution } from "../../jobs/distribute.ts";
import { openDatabase } from "../../src/database/openDatabase.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { describeOnCitus } from "../fixtures/citus.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { asOwner, distributed } from "../fixtures/distributing.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

/** As whom a reader works, and what is said of it. */
async function reading(warehouse: Warehouse): Promise<{ role: string; codes: unknown[] }> {
  const logger = collectingLogger();
  const { config } = warehouse.context();
  const database = await openDatabase({
    ...{ config, logger, clock: systemClock, environment: {}, purpose: "read" },
  });
  try {
    const { rows } = await database.pool.query<{ role: string }>("SELECT current_user::text AS role");
    return { role: rows[0]?.role ?? "", codes: logger.lines.map(({ fields }) => fields["code"]) };
  } finally {
    await database.close();
  }
}

const AS_READER = { role: "tillhouse_reader", codes: [] };

describeOnCitus("a warehouse that is not distributed", () => {
  test("is as it was after db:distribute was refused, on a server that only loads Citus", () =>
    withWarehouse(
      async (warehouse) => {
        // What is granted on a database is not copied with it.
        await setUpRoles(warehouse.database.url);
        for (const refused of [
          distributed(warehouse),
          asOwner(warehouse, (database) => planDistribution({ database })),
        ])
          await expect(refused).rejects.toMatchObject({
            ...{ code: "cluster_unusable", message: expect.stringContaining("CREATE EXTENSION citus") },
          });
        expect(await warehouse.rows("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).toEqual([]);
        expect(await reading(warehouse)).toEqual(AS_READER);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
      },
      { isOfCluster: false },
    ));

  test("needs no right of a cluster, though its database has Citus", () =>
    withWarehouse(
      async (warehouse) => {
        await setUpRoles(warehouse.database.url);
        await warehouse.rows("CREATE EXTENSION citus");
        expect(await reading(warehouse)).toEqual(AS_READER);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
        await expect(distributed(warehouse)).rejects.toMatchObject({ code: "cluster_unusable" });
        expect(await reading(warehouse)).toEqual(AS_READER);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
      },
      { isOfCluster: false },
    ));
});
