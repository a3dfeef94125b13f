import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { withChunkedLoads } from "../fixtures/chunkedLoads.ts";
import { deviceRecords, storeRecords, storesFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

interface Version {
  readonly id: number;
  readonly value: string;
  /** Days of January 2026; null for always. */
  readonly from: number | null;
  readonly to: number | null;
  readonly is_current: boolean;
}

const DAY_OF = (column: string): string =>
  `CASE WHEN isfinite(${column}) THEN extract(day FROM ${column} AT TIME ZONE 'UTC')::integer END`;

/** Versions of stores by typology, or of devices by store and type. */
function versionsOf({ rows }: Warehouse, source: "stores" | "devices", above: number): Promise<Version[]> {
  const value = source === "stores" ? "kept.typology" : "stores.store_id || ':' || kept.device_type";
  const [key, id] = source === "stores" ? ["store_key", "store_id"] : ["device_key", "device_id"];
  const joined =
    source === "stores"
      ? ""
      : "JOIN ingestion_layer.dim_stores AS stores ON stores.store_key = kept.store_key";
  return rows<{ [Key in keyof Version]: Version[Key] }>(
    `SELECT dim.${id}::integer AS id, ${value} AS value, ${DAY_OF("valid_from")} AS "from", ${DAY_OF("valid_to")} AS "to", is_current
     FROM ingestion_layer.dim_${source}_history AS kept
     JOIN ingestion_layer.dim_${source} AS dim USING (${key}) ${joined}
     WHERE dim.${id} > $1
     ORDER BY 1, valid_from`,
    [above],
  );
}

/** What stores and devices are now. */
function currentOf({ rows }: Warehouse, source: "stores" | "devices", above: number) {
  return rows<{ id: number; value: string }>(
    source === "stores"
      ? "SELECT store_id::integer AS id, typology AS value FROM ingestion_layer.dim_stores WHERE store_id > $1 ORDER BY 1"
      : `SELECT device_id::integer AS id, store_id || ':' || device_type AS value
         FROM ingestion_layer.dim_devices JOIN ingestion_layer.dim_stores USING (store_key) WHERE device_id > $1 ORDER BY 1`,
    [above],
  );
}

interface Statement {
  readonly id: number;
  readonly value: string;
  readonly day: number;
  readonly path: string;
  readonly line: number;
}

/** The versions that statements make, from all of them at once: the oracle has no shortcut and no order of arrival. */
function versionsFrom(statements: readonly Statement[]): Version[] {
  const ids = [...new Set(statements.map(({ id }) => id))].sort((a, b) => a - b);
  return ids.flatMap((id) => {
    const byDay = new Map<number, Statement>();
    const own = statements.filter((one) => one.id === id);
    for (const one of own.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1)))
      byDay.set(one.day, one);
    const said = [...byDay.values()].sort((a, b) => a.day - b.day);
    const changes = said.filter(({ value }, place) => value !== said[place - 1]?.value);
    return changes.map(({ value, day }, place) => ({
      ...{ id, value, from: place === 0 ? null : day, to: changes[place + 1]?.day ?? null },
      is_current: place === changes.length - 1,
    }));
  });
}

const record = fc.record({ id: fc.integer({ min: 1, max: 3 }), value: fc.constantFrom("1", "2") });
const file = fc.record({
  source: fc.constantFrom<("stores" | "devices")[]>("stores", "devices"),
  day: fc.integer({ min: 1, max: 5 }),
  chunks: fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
});

test(
  "the versions of stores and devices are those of all that was said, whatever order and pieces it comes in",
  inWarehouse(async (warehouse) => {
    await warehouse.files.write("stores.csv", storesFile({ id: 1 }, { id: 2 }));
    await warehouse.ingest();
    let cases = 0;
    await withChunkedLoads(warehouse, async (load) => {
      await fc.assert(
        fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 6 }), async (files) => {
          cases += 1;
          const above = cases * 100;
          const statements = { stores: [] as Statement[], devices: [] as Statement[] };
          for (const [index, { source, day, chunks }] of files.entries()) {
            const path = `${source}-${cases}-${(index * 7) % 10}-${index}.csv`;
            let line = 1;
            const texts = chunks.map((records) =>
              records
                .map(({ id, value }) => {
                  line += 1;
                  const of = { id: above + id, day, path, line };
                  if (source === "stores") {
                    statements.stores.push({ ...of, value });
                    return storeRecords({ id: of.id, typology: value });
                  }
                  // Devices move between two stores, and change their type.
                  statements.devices.push({ ...of, value: `${value}:${value}` });
                  return deviceRecords({ id: of.id, store_id: value, type: value });
                })
                .join(""),
            );
            await load(path, texts, new Date(Date.UTC(2026, 0, day)), source);
          }
          for (const source of ["stores", "devices"] as const) {
            const expected = versionsFrom(statements[source]);
            expect(await versionsOf(warehouse, source, above)).toEqual(expected);
            const current = expected.filter(({ is_current }) => is_current);
            expect(await currentOf(warehouse, source, above)).toEqual(
              current.map(({ id, value }) => ({ id, value })),
            );
          }
          expect(await warehouse.verify()).toEqual([]);
        }),
        { numRuns: 60 },
      );
    });
  }),
  180_000,
);
