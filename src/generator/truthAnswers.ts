import { isoInstant } from "./calendar.ts";
import { amountText, exactDecimal } from "./exactDecimal.ts";
import { SKUS } from "./productWords.ts";
import type { Store } from "./stores.ts";
import type { Tally, TruthTally } from "./truthTally.ts";

type Row = Record<string, string | number | null>;

/** The five answers (and the fifth by store) in the shape that `answers --format json` prints. */
export interface TruthAnswers {
  top_10_stores_by_amount: Row[];
  top_10_products_sold: Row[];
  average_amount_by_typology_and_country: Row[];
  transaction_share_by_device_type: Row[];
  time_to_fifth_transaction: Row[];
  time_to_fifth_transaction_by_store: Row[];
}

/** Byte order, as PostgreSQL's `COLLATE "C"`: these words are plain ASCII, where code units and bytes agree. */
const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

export function answersFrom(tally: TruthTally, stores: readonly Store[]): TruthAnswers {
  return {
    top_10_stores_by_amount: topStores(tally, stores),
    top_10_products_sold: topProducts(tally),
    average_amount_by_typology_and_country: averages(tally, stores),
    transaction_share_by_device_type: deviceShares(tally),
    ...timesToFifth(tally, stores),
  };
}

function topStores(tally: TruthTally, stores: readonly Store[]): Row[] {
  return tally.byStore
    .flatMap(({ transactions, cents }, index) => {
      const store = stores[index];
      return store === undefined || transactions === 0 ? [] : [{ store, transactions, cents }];
    })
    .sort((left, right) => right.cents - left.cents || left.store.id - right.store.id)
    .slice(0, 10)
    .map(({ store, transactions, cents }, index) => ({
      rank: index + 1,
      store_id: store.id,
      store_name: store.name,
      country: store.country,
      typology: store.typology,
      transacted_amount: amountText(BigInt(cents)),
      transactions,
    }));
}

function topProducts(tally: TruthTally): Row[] {
  return tally.byProduct
    .map((sold, index) => ({ ...sold, sku: SKUS[index] ?? "", name: tally.nameOf(index) }))
    .filter(({ transactions }) => transactions > 0)
    .sort(
      (left, right) =>
        right.transactions - left.transactions || right.cents - left.cents || byText(left.sku, right.sku),
    )
    .slice(0, 10)
    .map(({ sku, name, transactions, cents }, index) => ({
      rank: index + 1,
      product_sku: sku,
      product_name: name,
      units_sold: transactions,
      transacted_amount: amountText(BigInt(cents)),
    }));
}

function averages(tally: TruthTally, stores: readonly Store[]): Row[] {
  const pairs = new Map<string, Tally & { typology: string; country: string }>();
  for (const { id, typology, country } of stores) {
    const sold = tally.byStore[id - 1];
    if (sold === undefined || sold.transactions === 0) continue;
    const key = `${typology}\n${country}`;
    const pair = pairs.get(key) ?? { typology, country, transactions: 0, cents: 0 };
    pair.transactions += sold.transactions;
    pair.cents += sold.cents;
    pairs.set(key, pair);
  }
  return [...pairs.values()]
    .sort((left, right) => byText(left.typology, right.typology) || byText(left.country, right.country))
    .map(({ typology, country, transactions, cents }) => ({
      typology,
      country,
      average_amount: exactDecimal(BigInt(cents), BigInt(transactions) * 100n, 2),
      transactions,
      transacted_amount: amountText(BigInt(cents)),
    }));
}

function deviceShares(tally: TruthTally): Row[] {
  const all = BigInt(tally.byStatus.accepted.transactions);
  return tally.byDeviceType.flatMap(({ transactions }, index) =>
    transactions === 0
      ? []
      : [
          {
            device_type: index + 1,
            transactions,
            percentage: exactDecimal(BigInt(transactions) * 100n, all, 4),
          },
        ],
  );
}

function timesToFifth(
  tally: TruthTally,
  stores: readonly Store[],
): Pick<TruthAnswers, "time_to_fifth_transaction" | "time_to_fifth_transaction_by_store"> {
  const reached = stores.flatMap((store) => {
    const times = tally.firstFive.find(store.id - 1);
    return times === undefined ? [] : [{ store, ...times }];
  });
  const count = BigInt(reached.length);
  const total = (seconds: (entry: (typeof reached)[number]) => number): bigint =>
    reached.reduce((sum, entry) => sum + BigInt(seconds(entry)), 0n);
  const average = (sum: bigint, unitSeconds: bigint, decimals: number): string | null =>
    count === 0n ? null : exactDecimal(sum, count * unitSeconds, decimals);
  const fromFirst = total(({ first, fifth }) => fifth - first);
  const fromCreation = total(({ store, fifth }) => fifth - store.createdAt);
  return {
    time_to_fifth_transaction: [
      {
        stores: reached.length,
        average_seconds_from_first: average(fromFirst, 1n, 3),
        average_days_from_first: average(fromFirst, 86_400n, 6),
        average_days_from_creation: average(fromCreation, 86_400n, 6),
        stores_fifth_before_creation: reached.filter(({ store, fifth }) => fifth < store.createdAt).length,
      },
    ],
    time_to_fifth_transaction_by_store: reached.map(({ store, first, fifth }) => ({
      store_id: store.id,
      store_name: store.name,
      first_at: isoInstant(first),
      fifth_at: isoInstant(fifth),
      days_from_first: exactDecimal(BigInt(fifth - first), 86_400n, 6),
      days_from_creation: exactDecimal(BigInt(fifth - store.createdAt), 86_400n, 6),
    })),
  };
}
