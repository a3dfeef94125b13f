import { expect, test } from "@jest/globals";
import { createHash, createHmac } from "node:crypto";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionRecords as records, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const TOKENS =
  "SELECT card_token, card_last4, card_key_id FROM ingestion_layer.fct_transactions ORDER BY transaction_id";

interface Token {
  card_token: string;
  card_last4: string;
  card_key_id: number;
}

test(
  "one card has one token however it is written, and another card another",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const written = ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5500000000000004"];
    await warehouse.files.write(
      NAME,
      file(...written.map((card_number, index) => ({ id: index + 1, card_number }))),
    );
    await warehouse.ingest();

    const [plain, spaced, dashed, other] = await warehouse.rows<Token>(TOKENS);

    expect(plain).toMatchObject({ card_last4: "1111", card_key_id: 1 });
    expect([spaced, dashed]).toEqual([plain, plain]);
    expect(other).toMatchObject({ card_last4: "0004" });
    expect(other?.card_token).not.toBe(plain?.card_token);
  }),
);

test(
  "a token is the first half of a keyed hash, so trying all card numbers does not reverse it",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(NAME, file({ id: 1, card_number: "4111111111111111" }));
    await warehouse.ingest();

    const [row] = await warehouse.rows<Token>(TOKENS);
    const token = row?.card_token.replaceAll("-", "");

    const key = Buffer.from(TEST_CARD_TOKEN_KEY, "hex");
    expect(token).toBe(createHmac("sha256", key).update("4111111111111111").digest("hex").slice(0, 32));
    expect(token).not.toBe(createHash("sha256").update("4111111111111111").digest("hex").slice(0, 32));
  }),
);

test(
  "a card that cannot be read costs the token and a warning, not the sale",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(
      NAME,
      file({ id: 1, card_number: "4,50823E+15" }, { id: 2, card_number: "" }),
    );

    const report = await warehouse.ingest();

    expect(report).toMatchObject({ loaded: 5, rejected: 0, warnings: 1 });
    const none = { card_token: null, card_last4: null, card_key_id: null };
    expect(await warehouse.rows(TOKENS)).toEqual([none, none]);
  }),
);

test(
  "another card token key than this database's is refused, with exit code 2, before anything of a file is written",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write(NAME, file({ id: 1, card_number: "4111111111111111" }));
    await warehouse.ingest();
    await warehouse.files.append(NAME, records({ id: 2, card_number: "4111111111111111" }));
    const ledger = "SELECT * FROM operations.source_files ORDER BY file_id";
    const before = await warehouse.rows(ledger);

    const run = warehouse.ingest({ settings: { CARD_TOKEN_KEY: "f".repeat(64) } });

    await expect(run).rejects.toMatchObject({ code: "card_token_key_mismatch", exitCode: 2 });
    expect(await warehouse.rows(ledger)).toEqual(before);
    expect(await facts(warehouse)).toHaveLength(1);
    const codes = await warehouse.rows("SELECT error_code AS code FROM operations.runs ORDER BY run_id");
    expect(codes).toEqual([{ code: null }, { code: "card_token_key_mismatch" }]);
    expect(await warehouse.ingest()).toMatchObject({ loaded: 1 });
  }),
);
