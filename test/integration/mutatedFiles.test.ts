import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { forgetSales } from "../fixtures/forgottenSales.ts";
import type { OutcomesJson } from "../fixtures/ingestJson.ts";
import { devicesFile, storesFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { trials } from "../fixtures/trials.ts";
import type { ReadValues } from "../unit/corpora/collectingBatch.ts";
import { mutatedFiles } from "../unit/corpora/mutatedFile.ts";
import { readAsLoaded, type Outcome } from "../unit/corpora/readAsLoaded.ts";
import { DEVICE_IDS } from "../unit/corpora/writtenFile.ts";

// Of fewer, by chance none might be refused: a quarter is.
const FILES = trials({ quick: 60, all: 1_000 });
const NAME = "transactions.csv";
const known = new Set<unknown>(DEVICE_IDS);

type Fact = ReadValues & { readonly id: number };

/** The facts as the reader's values, by id. */
const facts = ({ rows }: Warehouse) =>
  rows<{ fact: Fact }>(`
    SELECT jsonb_build_object(
      'id', transaction_id, 'device_id', device_id,
      'product_name', labels.product_name, 'product_sku', product_sku, 'category_name', labels.category_name,
      'amount', amount::text, 'status', status, 'card_number', card_last4,
      'created_at', (extract(epoch FROM facts.created_at) * 1e6)::bigint,
      'happened_at', (extract(epoch FROM happened_at) * 1e6)::bigint
    ) AS fact
    FROM ingestion_layer.fct_transactions AS facts
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
    JOIN ingestion_layer.dim_products AS products ON products.product_key = facts.product_key
    JOIN ingestion_layer.dim_devices USING (device_key)
    ORDER BY transaction_id`);

const quarantined = ({ rows }: Warehouse) =>
  rows("SELECT source_line::integer AS line, reason FROM operations.quarantine ORDER BY source_line");

/** What reading leaves to say: a record of a device that has not come waits for it. */
const rejectedOf = (outcome: Outcome) => {
  if ("rejected" in outcome) return [{ line: outcome.line, reason: outcome.rejected }];
  return known.has(outcome.accepted["device_id"]) ? [] : [{ line: outcome.line, reason: "unknown_device" }];
};

/** Facts that must be there: of an id that stands more than once, what stands last. */
function factsOf(outcomes: readonly Outcome[]): Map<number, ReadValues> {
  const loaded = outcomes.filter((outcome) => "accepted" in outcome && rejectedOf(outcome).length === 0);
  return new Map(
    loaded.flatMap((outcome) =>
      "accepted" in outcome ? [[Number(outcome.accepted["id"]), outcome.accepted] as const] : [],
    ),
  );
}

const sum = (of: OutcomesJson): number =>
  of.loaded + of.already_present + of.corrected + of.superseded + of.rejected;

test(
  "of harmed files, the facts are what can be read of them, and quarantine holds every other line with its reason",
  inWarehouse(async (warehouse) => {
    const tally = { facts: 0, quarantined: 0, refused: 0 };
    await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
    await warehouse.files.write("devices.csv", devicesFile(...DEVICE_IDS.map((id) => ({ id }))));
    expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 1 + DEVICE_IDS.length });

    const sales = mutatedFiles(fc.constant("transactions"), 8);
    await fc.assert(
      fc.asyncProperty(sales, async ({ bytes }) => {
        await forgetSales(warehouse);
        await warehouse.files.write(NAME, bytes);
        const reading = await readAsLoaded([bytes], { source: "transactions" });

        const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });

        const outcomes = "refusal" in reading ? [] : reading.outcomes;
        const file = report.files.find(({ path }) => path === NAME);
        if ("refusal" in reading) {
          expect(file).toMatchObject({ status: "failed", error: { code: "file_refused" } });
          // A broken byte order mark, say: what the file seems to be says more than its header.
          const told = [`${NAME}: ${reading.refusal}.`, expect.stringMatching(/: it begins as .+ does, and/)];
          expect(told).toContainEqual(file?.error?.message);
          tally.refused += 1;
        } else {
          const rejected = outcomes.flatMap(rejectedOf);
          expect(file).toMatchObject({ records_read: outcomes.length, rejected: rejected.length });
          expect(file && sum(file)).toBe(outcomes.length);
        }
        expect(await quarantined(warehouse)).toEqual(outcomes.flatMap(rejectedOf));
        const expected = [...factsOf(outcomes).values()].sort((a, b) => Number(a["id"]) - Number(b["id"]));
        expect((await facts(warehouse)).map(({ fact }) => fact)).toEqual(expected);
        tally.facts += expected.length;
        tally.quarantined += outcomes.flatMap(rejectedOf).length;
      }),
      { numRuns: FILES },
    );
    // Else nothing was said of one of these. On average it is three facts and three quarters of a rejected record a file.
    expect(tally.facts).toBeGreaterThan(FILES / 2);
    expect(tally.quarantined).toBeGreaterThan(FILES / 10);
    expect(tally.refused).toBeGreaterThan(0);
  }),
  3_600_000,
);
