import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { linesOfSources } from "../fixtures/histories.ts";
import { known, withRefresh } from "../fixtures/refresh.ts";
import { DEVICES_HEADER, STORES_HEADER, TRANSACTIONS_HEADER } from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";

/** A file that comes, with a date in its name or without one; or one that grows. */
const arrival = fc.record({
  source: fc.constantFrom("transactions", "transactions", "devices", "stores"),
  day: fc.option(fc.integer({ min: 1, max: 3 })),
  grows: fc.boolean(),
  isUnterminated: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  lines: linesOfSources,
});
/** What comes between one run and the next, and what it is said to be of. */
const load = fc.record({
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 3 }),
  asOf: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4 }),
  chunkRecords: fc.constantFrom("1", "1000"),
});
const histories = fc.array(load, { minLength: 1, maxLength: 6 });
const HEADERS = { stores: STORES_HEADER, devices: DEVICES_HEADER, transactions: TRANSACTIONS_HEADER };

describe("a full refresh", () => {
  test(
    "knows and answers the same, however what is loaded came about, and so does one more",
    () =>
      withRefresh(async (warehouse, refresh) => {
        const { files, ingest, verify } = warehouse;
        await fc.assert(
          fc.asyncProperty(histories, async (history) => {
            await emptyWarehouse(warehouse);
            const texts = new Map<string, string>();
            const settings = { MAX_REJECT_RATIO: "1" };
            for (const { arrivals, asOf, chunkRecords } of history) {
              for (const { source, day, grows, isUnterminated, lines } of arrivals) {
                const grown = [...texts.keys()].filter((name) => name.startsWith(source)).at(-1);
                const dated = day === null ? "" : `-2026-01-0${day}`;
                const name = grows && grown !== undefined ? grown : `${source}-f${texts.size}${dated}.csv`;
                const text = (texts.get(name) ?? HEADERS[source]) + lines[source];
                // What is completed later counts from then on.
                const ends = isUnterminated && source === "transactions" && !grows;
                texts.set(name, ends ? text.trimEnd() : text);
                await files.write(name, ends ? text.trimEnd() : text);
              }
              await ingest({
                settings: { ...settings, CHUNK_RECORDS: chunkRecords },
                ...(asOf !== null && { asOf: new Date(`2026-01-0${asOf}`) }),
              });
            }
            const before = await known(warehouse);

            for (const time of [1, 2]) {
              const report = await refresh({ settings });

              expect(report).toMatchObject({ status: "succeeded", full_refresh: true, missing: [] });
              expect({ time, known: await known(warehouse) }).toEqual({ time, known: before });
              expect(await verify()).toEqual([]);
            }
            expect(await ingest({ settings })).toMatchObject({ records_read: 0, resolved: 0 });
          }),
          { numRuns: trials({ quick: 6, all: 300 }), endOnFailure: true },
        );
      }),
    3_600_000,
  );
});
