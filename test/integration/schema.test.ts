import { describe, expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const schema = await readFile(join(projectRoot, "prisma", "schema.prisma"), "utf8");

/** Lines of a schema that declare something, with the line before each. */
function declarations() {
  const lines = schema.split("\n").map((line) => line.trim());
  const found: { kind: string; block: string; name: string; documented: boolean; isRelation: boolean }[] = [];
  let block: { kind: string; name: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const documented = lines[index - 1]?.startsWith("/// ") ?? false;
    const opening = /^(model|view|enum|generator|datasource) (\w+) \{$/.exec(line);
    if (opening !== null) {
      const [, kind = "", name = ""] = opening;
      block = { kind, name };
      found.push({ kind, block: name, name, documented, isRelation: false });
    } else if (line === "}") {
      block = undefined;
    } else if (block !== undefined && /^\w/.test(line)) {
      const [name = "", type = ""] = line.split(/\s+/);
      const isRelation = line.includes("@relation(") || /^[A-Z]\w*\[\]$/.test(type);
      found.push({ kind: `${block.kind} field`, block: block.name, name, documented, isRelation });
    }
  }
  return found;
}

describe("prisma/schema.prisma", () => {
  test.each(["model", "view", "enum", "model field", "view field"])("documents every %s", (kind) => {
    const all = declarations().filter((entry) => entry.kind === kind && !entry.isRelation);
    expect(all.length).toBeGreaterThan(3);
    expect(all.filter(({ documented }) => !documented).map(({ block, name }) => `${block}.${name}`)).toEqual(
      [],
    );
  });
});

describe("what Prisma's drift check does not see is there", () => {
  test(
    "every CHECK of the migrations",
    inWarehouse(async ({ rows }) => {
      const checks = await rows<{ name: string }>(`
        SELECT conname AS name FROM pg_constraint
        WHERE contype = 'c' AND convalidated
          AND connamespace::regnamespace::text IN ('ingestion_layer', 'aggregation_layer', 'operations')
        ORDER BY conname COLLATE "C"`);
      expect(checks.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          "dim_time_key_is_the_day",
          "fct_transactions_amount_not_negative",
          "fct_transactions_card_last4_is_four_digits",
          "fct_transactions_card_whole_or_absent",
          "file_ranges_is_a_range",
          "file_ranges_one_outcome_a_record",
          "quarantine_resolved_by_a_run",
          "quarantine_resolved_outcome_of_resolved",
          "rollup_days_not_empty",
          "rollup_days_not_negative",
          "rollup_devices_not_empty",
          "rollup_devices_not_negative",
          "rollup_products_not_empty",
          "rollup_products_not_negative",
          "rollup_store_first_sales_in_pairs",
          "rollup_stores_not_empty",
          "rollup_stores_not_negative",
          "run_files_one_outcome_a_record",
          "run_totals_of_ended_runs",
          "runs_one_outcome_a_record",
          "source_files_committed_within",
          "source_files_one_outcome_a_record",
          "stated_stretches_say_something",
        ]),
      );
    }),
  );

  test(
    "the partial indexes, and the unique one lets a path have one current file only",
    inWarehouse(
      async ({ rows }) => {
        const indexes = await rows<{ name: string; unique: boolean }>(`
          SELECT indexrelid::regclass::text AS name, indisunique AS unique FROM pg_index
          WHERE indpred IS NOT NULL ORDER BY 1`);
        expect(indexes).toEqual([
          { name: "operations.alerts_one_of_a_thing", unique: true },
          { name: "operations.card_token_keys_one_in_use", unique: true },
          { name: "operations.job_slots_due", unique: false },
          { name: "operations.quarantine_open_by_file", unique: false },
          { name: "operations.quarantine_open_by_key", unique: false },
          { name: "operations.quarantine_waiting_for_device", unique: false },
          { name: "operations.quarantine_waiting_for_store", unique: false },
          { name: "operations.runs_at_work", unique: false },
          { name: "operations.source_files_current_path", unique: true },
        ]);
        const insert = (status: string) =>
          rows(`
            INSERT INTO operations.source_files (source, path, status, size_bytes, mtime_ns, ctime_ns, inode, dialect,
              committed_digest, first_seen_at, updated_at)
            VALUES ('stores', 'stores.csv', '${status}', 0, 0, 0, 0, '{}', '', now(), now())`);
        await insert("replaced");
        await insert("replaced");
        await insert("loaded");
        await expect(insert("failed")).rejects.toMatchObject({ code: "23505" });
      },
      { tampered: true },
    ),
  );

  test(
    "the one lock that every load takes",
    inWarehouse(async ({ rows }) => {
      expect(await rows("SELECT name FROM operations.run_locks")).toEqual([{ name: "warehouse" }]);
    }),
  );
});
