import { expect, test } from "@jest/globals";
import { describeOnOneServer, NO_TRIGGERS } from "../fixtures/citus.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

/** What another program may have put on the fact, that it may write down what is inserted: with its own rights, not ours. */
const NOTES = "CREATE TABLE public.notes (transaction_id bigint)";
const TRIGGER = `
  CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO public.notes VALUES (NEW.transaction_id); RETURN NEW; END';
  CREATE TRIGGER note AFTER INSERT ON ingestion_layer.fct_transactions
    FOR EACH ROW EXECUTE FUNCTION public.note()`;
const STATEMENT_TRIGGER = `
  CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO public.notes SELECT transaction_id FROM inserted; RETURN NULL; END';
  CREATE TRIGGER note AFTER INSERT ON ingestion_layer.fct_transactions
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.note()`;

describeOnOneServer(NO_TRIGGERS, "of triggers that somebody put on the fact", () => {
  test.each([
    ["row trigger", TRIGGER],
    ["statement trigger", STATEMENT_TRIGGER],
  ])("a %s fires for every fact", (_what, sql) =>
    inWarehouse(async (warehouse) => {
      await warehouse.rows(`${NOTES}; ${sql}`);
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", file({ id: 1 }, { id: 2 }));

      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded" });
      expect(
        await warehouse.rows("SELECT transaction_id::integer AS id FROM public.notes ORDER BY 1"),
      ).toEqual([{ id: 1 }, { id: 2 }]);
    })(),
  );

  test(
    "one that is switched off is no reason to check row by row, and stays off",
    inWarehouse(async (warehouse) => {
      await warehouse.rows(
        `${NOTES}; ${TRIGGER}; ALTER TABLE ingestion_layer.fct_transactions DISABLE TRIGGER note`,
      );
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", file({ id: 1 }));
      await warehouse.ingest();

      expect(await warehouse.rows("SELECT FROM public.notes")).toEqual([]);
      expect(await facts(warehouse)).toHaveLength(1);
    }),
  );
});

test(
  "what the set-based check cannot find is neither written nor dropped in silence: a card token key",
  inWarehouse(
    async (warehouse) => {
      await warehouse.files.write("transactions.csv", file({ id: 1, card_number: "4111111111111111" }));
      await warehouse.ingest();
      await warehouse.rows("UPDATE operations.quarantine SET card_key_id = 99");
      await writePlaces(warehouse);

      // A step that fails ends the run, or only itself: what counts is that the chunk is rolled back, and says so.
      const error = await warehouse.ingest().then(({ error: reported }) => JSON.stringify(reported), String);

      expect(error).toContain("0 of the 1 card token keys of judged records are there; rolled back");
      expect(await facts(warehouse)).toEqual([]);
    },
    { tampered: true },
  ),
);
