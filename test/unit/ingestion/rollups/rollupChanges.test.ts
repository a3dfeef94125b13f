import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { EarliestSales, type SalePlace } from "../../../../src/ingestion/rollups/earliestSales.ts";
import { RollupChanges } from "../../../../src/ingestion/rollups/rollupChanges.ts";
import type { SignedSums } from "../../../../src/ingestion/rollups/signedSums.ts";

const MOST_CENTS = 2 ** 52;
const [ACCEPTED, REFUSED, CANCELLED] = [0, 1, 2];

/** A fact as it is added; few keys, so that they meet, and amounts from nothing to the most there can be. */
const added = fc.record({
  sign: fc.constantFrom(1 as const, -1 as const),
  storeKey: fc.integer({ min: 1, max: 4 }),
  deviceKey: fc.integer({ min: 1, max: 200 }),
  productKey: fc.constantFrom(7, 2_147_483_647),
  dateKey: fc.constantFrom(20240229, 19700101, 21001231),
  status: fc.constantFrom(ACCEPTED, REFUSED, CANCELLED),
  cents: fc.oneof(
    fc.nat(100_000),
    fc.integer({ min: 0, max: 10 ** 13 }),
    fc.constantFrom(0, 10 ** 13, MOST_CENTS - 1, MOST_CENTS),
  ),
  happenedAtMicros: fc.nat(5),
});
type Added = typeof added extends fc.Arbitrary<infer Fact> ? Fact : never;

function changesOf(facts: readonly Added[]): RollupChanges {
  const changes = new RollupChanges();
  for (const [id, fact] of facts.entries()) {
    changes.add(
      fact.sign,
      fact.storeKey,
      fact.deviceKey,
      fact.productKey,
      fact.dateKey,
      fact.status,
      fact.cents,
      id,
      fact.happenedAtMicros,
    );
  }
  return changes;
}

/** Six sums a key: count and cents of each status. */
type Sums = Map<number, bigint[]>;

function read(sums: SignedSums): Sums {
  const { keys, ...columns } = sums.changes();
  const numbers = (text: string) =>
    [...text.slice(1, -1).matchAll(/[^,]+/g)].map(([digits]) => BigInt(digits));
  const values = Object.values(columns).map(numbers);
  return new Map(
    numbers(keys).map((key, row) => [Number(key), values.map((column) => column[row] ?? -1n)] as const),
  );
}

function summed(facts: readonly Added[], key: (fact: Added) => number): Sums {
  const sums: Sums = new Map();
  for (const fact of facts) {
    const row = sums.get(key(fact)) ?? [0n, 0n, 0n, 0n, 0n, 0n];
    row[2 * fact.status] = (row[2 * fact.status] ?? 0n) + BigInt(fact.sign);
    row[2 * fact.status + 1] = (row[2 * fact.status + 1] ?? 0n) + BigInt(fact.sign) * BigInt(fact.cents);
    sums.set(key(fact), row);
  }
  const changed = [...sums].filter(([, row]) => row.some((sum) => sum !== 0n));
  return new Map(changed.sort(([left], [right]) => left - right));
}

describe("changes of the rollups", () => {
  test("are the exact sums of what was added, by each key in ascending order, without those that cancel out", () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 400 }), (facts) => {
        const changes = changesOf(facts);
        const inOrder = (sums: Sums) => [...sums];
        expect(inOrder(read(changes.stores))).toEqual(inOrder(summed(facts, ({ storeKey }) => storeKey)));
        expect(inOrder(read(changes.devices))).toEqual(inOrder(summed(facts, ({ deviceKey }) => deviceKey)));
        expect(inOrder(read(changes.products))).toEqual(
          inOrder(summed(facts, ({ productKey }) => productKey)),
        );
        expect(inOrder(read(changes.days))).toEqual(inOrder(summed(facts, ({ dateKey }) => dateKey)));
      }),
    );
  });

  test.each([1 as const, -1 as const])("stay exact far above 2^53 (sign %i)", (sign) => {
    const changes = new RollupChanges();
    for (let id = 0; id < 100_000; id += 1)
      changes.add(sign, 1, 1, 1, 20240101, REFUSED, 10 ** 13 - 1, id, 0);
    const count = BigInt(sign) * 100_000n;
    expect(read(changes.stores)).toEqual(new Map([[1, [0n, 0n, count, count * (10n ** 13n - 1n), 0n, 0n]]]));
  });

  test.each([MOST_CENTS + 1, Number.MAX_SAFE_INTEGER, Infinity, NaN])(
    "refuse an amount that cannot be summed exactly: %d cents",
    (cents) => {
      expect(() => {
        new RollupChanges().add(1, 1, 1, 1, 20240101, ACCEPTED, cents, 1, 0);
      }).toThrow(RangeError);
    },
  );

  test("know the accepted sales that were taken away, and no others", () => {
    const changes = new RollupChanges();
    expect(changes.isEmpty).toBe(true);
    changes.add(-1, 3, 1, 1, 20240101, ACCEPTED, 1, 11, 5);
    changes.add(-1, 4, 1, 1, 20240101, CANCELLED, 1, 12, 5);
    changes.add(1, 4, 1, 1, 20240101, ACCEPTED, 1, 12, 5);
    changes.add(1, 4, 1, 1, 20240101, REFUSED, 1, 13, 5);
    expect(changes.isEmpty).toBe(false);
    expect(changes.removed).toEqual({ storeKeys: [3], transactionIds: [11] });
    expect(changes.earliest.storeKeys()).toEqual([4]);
    expect(changes.earliest.ofStore(4)).toEqual([{ happenedAtMicros: 5, transactionId: 12 }]);
  });
});

describe("the earliest sales of a store", () => {
  const place = fc.record({ happenedAtMicros: fc.nat(30), transactionId: fc.nat(10 ** 14) });
  const sale = fc.record({ storeKey: fc.integer({ min: 1, max: 100 }), place });
  const places = fc.uniqueArray(sale, {
    maxLength: 300,
    selector: ({ place: { transactionId } }) => transactionId,
  });
  const byPlace = (left: SalePlace, right: SalePlace): number =>
    left.happenedAtMicros - right.happenedAtMicros || left.transactionId - right.transactionId;

  test("are the first ten of those offered, by time and then by id, up to a place where one is given", () => {
    fc.assert(
      fc.property(places, fc.option(place), fc.boolean(), (sales, last, isOneStore) => {
        const earliest = new EarliestSales();
        const storeOf = (storeKey: number): number => (isOneStore ? 1 : storeKey);
        for (const offered of sales) {
          const { transactionId, happenedAtMicros } = offered.place;
          earliest.offer(storeOf(offered.storeKey), transactionId, happenedAtMicros);
        }
        const storeKeys = [...new Set(sales.map(({ storeKey }) => storeOf(storeKey)))];
        expect(earliest.storeKeys()).toEqual(storeKeys);
        for (const storeKey of storeKeys) {
          const expected = sales
            .filter((offered) => storeOf(offered.storeKey) === storeKey)
            .map((offered) => offered.place)
            .sort(byPlace)
            .slice(0, 10);
          expect(earliest.ofStore(storeKey)).toEqual(expected);
          const limited = last === null ? expected : expected.filter((each) => byPlace(each, last) <= 0);
          expect(earliest.ofStore(storeKey, last ?? undefined)).toEqual(limited);
        }
      }),
    );
  });

  test("are none of a store that was offered none", () => {
    expect(new EarliestSales().ofStore(1)).toEqual([]);
  });
});
