import { expect, test } from "@jest/globals";
import { explain, type Explanation } from "../../src/aggregation/why.ts";
import { createPool } from "../../src/database/pool.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

/** As the command does: what it may not read, it cannot tell. */
async function explainAsReader({ database }: Warehouse, transactionId: number): Promise<Explanation> {
  const pool = createPool({ url: database.url, role: "reader", isReadOnly: true }, silentLogger);
  try {
    return await explain(pool, transactionId);
  } finally {
    await pool.end();
  }
}

test(
  "a transaction that was corrected is explained by each version that it had, and what its store and device were then",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(
      "transactions_2026-05-02.csv",
      file({ id: 7, amount: "2.00", status: "refused" }),
    );
    await warehouse.ingest();
    await warehouse.files.write("transactions_2026-05-01.csv", file({ id: 6 }, { id: 7, amount: "1.00" }));
    await warehouse.ingest();
    await warehouse.files.write("transactions_2026-05-03.csv", file({ id: 7, amount: "3.00" }));
    const { run_id: last } = await warehouse.ingest();

    const { versions, asWas, quarantined } = await explainAsReader(warehouse, 7);

    const day = (number: number) => new Date(Date.UTC(2026, 4, number));
    expect(versions).toMatchObject([
      {
        ...{
          is_current: true,
          amount: "3.00",
          status: "accepted",
          path: "transactions_2026-05-03.csv",
          source_line: 2,
        },
        ...{ stated_at: day(3), run_id: last, believed_to: null },
      },
      {
        ...{
          is_current: false,
          amount: "2.00",
          status: "refused",
          path: "transactions_2026-05-02.csv",
          source_line: 2,
        },
        ...{ stated_at: day(2), run_id: last - 2 },
      },
      {
        ...{
          is_current: false,
          amount: "1.00",
          status: "accepted",
          path: "transactions_2026-05-01.csv",
          source_line: 3,
        },
        ...{ stated_at: day(1), run_id: last - 1, believed_from: null, believed_to: null },
      },
    ]);
    expect(versions[1]?.believed_to).toEqual(versions[0]?.believed_from);
    expect(asWas).toMatchObject({ device_id: 1, store_id: 1 });
    expect(quarantined).toEqual([]);
  }),
);

test(
  "a transaction that was not loaded is explained by what was rejected of it",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write("transactions.csv", file({ id: 1, amount: "x" }, { id: 2, device_id: 9 }));
    const { run_id } = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
    const known = { path: "transactions.csv", run_id, resolved_run_id: null };

    expect(await explainAsReader(warehouse, 1)).toEqual({
      ...{ transactionId: 1, versions: [], asWas: null },
      quarantined: [{ ...known, reason: "bad_amount", column: "amount", state: "rejected", source_line: 2 }],
    });
    expect(await explainAsReader(warehouse, 2)).toMatchObject({
      quarantined: [
        { ...known, reason: "unknown_device", column: "device_id", state: "waiting", source_line: 3 },
      ],
    });
    expect(await explainAsReader(warehouse, 3)).toMatchObject({ versions: [], quarantined: [] });
  }),
);
