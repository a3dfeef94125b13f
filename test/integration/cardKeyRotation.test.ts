import { createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import { rotateCardKey } from "../../jobs/rotateCardKey.ts";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionRecords as records, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, TEST_CARD_TOKEN_KEY, type Settings, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const CARD = "4111111111111111";
const OLD: Settings = { CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY };
const NEW: Settings = { CARD_TOKEN_KEY: "fedcba9876543210".repeat(4) };

const tokenUnder = ({ CARD_TOKEN_KEY = "" }: Settings): string =>
  createHmac("sha256", Buffer.from(CARD_TOKEN_KEY, "hex")).update(CARD).digest("hex").slice(0, 32);

const tokens = ({ rows }: Warehouse) =>
  rows<{ id: number; key: number; token: string }>(
    `SELECT transaction_id::integer AS id, card_key_id AS key, replace(card_token::text, '-', '') AS token
     FROM ingestion_layer.fct_transactions ORDER BY transaction_id`,
  );
const keys = ({ rows }: Warehouse) =>
  rows<{ id: number; retired: boolean }>(
    `SELECT card_key_id AS id, retired_at IS NOT NULL AS retired FROM operations.card_token_keys ORDER BY card_key_id`,
  );

/** Sales 1 and 2 with the same card; 3 waits for device 9. */
async function loadUnderOldKey(warehouse: Warehouse): Promise<void> {
  await writePlaces(warehouse);
  const sales = [{ id: 1 }, { id: 2 }, { id: 3, device_id: 9 }];
  await warehouse.files.write(NAME, file(...sales.map((sale) => ({ ...sale, card_number: CARD }))));
  await warehouse.ingest({ settings: OLD });
}

test(
  "after a rotation new and corrected sales have tokens under the new key, all others keep theirs",
  inWarehouse(async (warehouse) => {
    await loadUnderOldKey(warehouse);

    expect(await rotateCardKey(warehouse.context(NEW))).toMatchObject({ cardKeyId: 2, wasPending: false });

    const more = [{ id: 4 }, { id: 2, amount: "11.00" }].map((sale) => ({ ...sale, card_number: CARD }));
    await warehouse.files.append(NAME, records(...more));
    await warehouse.files.append("devices.csv", "9,1,1\n");
    expect(await warehouse.ingest({ settings: NEW })).toMatchObject({ resolved: 1, corrected: 1 });
    const [underOld, underNew] = [
      { key: 1, token: tokenUnder(OLD) },
      { key: 2, token: tokenUnder(NEW) },
    ];
    // Sale 3 had its token since it came, though its device came later.
    expect(await tokens(warehouse)).toEqual([
      { id: 1, ...underOld },
      { id: 2, ...underNew },
      { id: 3, ...underOld },
      { id: 4, ...underNew },
    ]);
    expect(await keys(warehouse)).toEqual([
      { id: 1, retired: true },
      { id: 2, retired: false },
    ]);
  }),
);

test(
  "a run under the retired key is refused and loads nothing",
  inWarehouse(async (warehouse) => {
    await loadUnderOldKey(warehouse);
    await rotateCardKey(warehouse.context(NEW));
    await warehouse.files.append(NAME, records({ id: 4, card_number: CARD }));

    await expect(warehouse.ingest({ settings: OLD })).rejects.toMatchObject({
      code: "card_token_key_mismatch",
      exitCode: 2,
      message: expect.stringMatching(/number 1, is retired since \d{4}-\d\d-\d\dT.*number 2 is in use/),
    });

    expect(await facts(warehouse)).toHaveLength(2);
    expect(await warehouse.ingest({ settings: NEW })).toMatchObject({ loaded: 1 });
  }),
);

test(
  "the key in use, a retired one, or one of a database without any is not rotated to",
  inWarehouse(async (warehouse) => {
    const rotateTo = (settings: Settings) => rotateCardKey(warehouse.context(settings));
    await expect(rotateTo(NEW)).rejects.toMatchObject({ code: "usage_invalid" });
    await loadUnderOldKey(warehouse);
    await expect(rotateTo(OLD)).rejects.toMatchObject({
      code: "usage_invalid",
      message: expect.stringContaining("openssl rand -hex 32"),
    });
    await rotateTo(NEW);
    await expect(rotateTo(OLD)).rejects.toMatchObject({ code: "card_token_key_mismatch" });
    await rotateTo({ CARD_TOKEN_KEY: "77".repeat(32) });
    await expect(rotateTo(NEW)).rejects.toMatchObject({ code: "card_token_key_mismatch" });
    expect(await keys(warehouse)).toEqual([
      { id: 1, retired: true },
      { id: 2, retired: true },
      { id: 3, retired: false },
    ]);
  }),
);

test(
  "nothing is rotated while a run is at work",
  inWarehouse(async (warehouse) => {
    await loadUnderOldKey(warehouse);
    const lock = await takeWarehouseLock(warehouse.database.entry, new Date());
    try {
      await expect(rotateCardKey(warehouse.context(NEW))).rejects.toMatchObject({ code: "run_locked" });
    } finally {
      await lock?.release();
    }
    expect(await keys(warehouse)).toEqual([{ id: 1, retired: false }]);
  }),
);

test(
  "no two keys can be in use at once",
  inWarehouse(async (warehouse) => {
    await loadUnderOldKey(warehouse);
    const second = warehouse.rows(
      "INSERT INTO operations.card_token_keys VALUES (2, gen_random_uuid(), now(), NULL)",
    );
    await expect(second).rejects.toThrow("card_token_keys_one_in_use");
  }),
);
