import { expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { generateFiles } from "../../src/generator/generateFiles.ts";
import type { Truth } from "../../src/generator/truth.ts";
import { quarantine } from "../fixtures/loadedFacts.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

test(
  "generated files with late, repeated, broken and orphaned records load to what their truth.json says",
  inWarehouse(async (warehouse) => {
    const { truthPath = "" } = await generateFiles({
      rows: 5_000,
      seed: 7,
      outDir: warehouse.files.path,
      shares: { late: 0.02, repeated: 0.02, broken: 0.02, orphan: 0.02 },
      truth: true,
    });
    const truth = JSON.parse(await readFile(truthPath, "utf8")) as Truth;

    const { files } = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0.5" } });

    expect(files[0]).toMatchObject({ loaded: truth.records.stores, rejected: 0 });
    expect(files[1]).toMatchObject({ loaded: truth.records.devices, rejected: 0 });
    expect(files[2]).toMatchObject({
      records_read: truth.records.transactions,
      loaded: truth.valid.transactions,
      already_present: truth.repeated,
      rejected: truth.broken + truth.orphans,
      corrected: 0,
      superseded: 0,
    });
    expect(await warehouse.answers()).toEqual(truth.answers);
    const [sum] = await warehouse.rows<{ cents: string }>(
      "SELECT (sum(amount) * 100)::bigint AS cents FROM ingestion_layer.fct_transactions",
    );
    expect(sum?.cents).toBe(truth.valid.amount_cents);
    const waiting = (await quarantine(warehouse)).filter(({ state }) => state === "waiting");
    expect(waiting).toHaveLength(truth.orphans);
  }),
);
