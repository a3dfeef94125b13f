import type { TruthAnswers } from "../../../src/generator/truthAnswers.ts";
import type { Named } from "./generatedFolder.ts";

/**
 * DESIGN section 5, word for word and slowly, over parsed files: written apart from the generator, with arrays, dates and
 * floating point where it keeps running tallies and exact integers.
 */
export function naiveAnswers(stores: Named[], devices: Named[], transactions: Named[]): TruthAnswers {
  const storeById = new Map(stores.map((store) => [store["id"], store]));
  const deviceById = new Map(devices.map((device) => [device["id"], device]));
  const sales = transactions
    .filter((transaction) => transaction["status"] === "accepted")
    .map((transaction) => {
      const device = deviceById.get(transaction["device_id"]) ?? fail("unknown device");
      const store = storeById.get(device["store_id"]) ?? fail("unknown store");
      return {
        id: Number(transaction["id"]),
        sku: text(transaction, "product_sku"),
        amount: Number(transaction["amount"]),
        happenedAt: instant(text(transaction, "happened_at")),
        type: Number(device["type"]),
        store,
      };
    });
  type Sale = (typeof sales)[number];
  const total = (list: Sale[]): number => list.reduce((sum, sale) => sum + sale.amount, 0);
  const group = (keyOf: (sale: Sale) => string): [string, Sale[]][] => [
    ...sales.reduce((groups, sale) => {
      const key = keyOf(sale);
      return groups.set(key, [...(groups.get(key) ?? []), sale]);
    }, new Map<string, Sale[]>()),
  ];

  const byStore = group((sale) => text(sale.store, "id")).sort((a, b) => Number(a[0]) - Number(b[0]));
  const fifths = byStore
    .filter(([, list]) => list.length >= 5)
    .map(([id, list]) => {
      const inTime = [...list].sort((a, b) => a.happenedAt - b.happenedAt || a.id - b.id);
      const store = storeById.get(id) ?? fail("unknown store");
      const [first, fifth] = [inTime[0]?.happenedAt ?? NaN, inTime[4]?.happenedAt ?? NaN];
      return { store, first, fifth, created: instant(text(store, "created_at")) };
    });
  const secondsFromFirst = fifths.map(({ first, fifth }) => (fifth - first) / 1000);
  const secondsFromCreation = fifths.map(({ created, fifth }) => (fifth - created) / 1000);
  const day = 86_400;

  return {
    top_10_stores_by_amount: [...byStore]
      .sort((a, b) => cents(total(b[1])) - cents(total(a[1])) || Number(a[0]) - Number(b[0]))
      .slice(0, 10)
      .map(([id, list], index) => {
        const store = storeById.get(id) ?? fail("unknown store");
        return {
          rank: index + 1,
          store_id: Number(id),
          store_name: text(store, "name"),
          country: text(store, "country"),
          typology: text(store, "typology"),
          transacted_amount: total(list).toFixed(2),
          transactions: list.length,
        };
      }),
    top_10_products_sold: group((sale) => sale.sku)
      .sort(
        (a, b) =>
          b[1].length - a[1].length || cents(total(b[1])) - cents(total(a[1])) || (a[0] < b[0] ? -1 : 1),
      )
      .slice(0, 10)
      .map(([sku, list], index) => ({
        rank: index + 1,
        product_sku: sku,
        product_name: newestName(transactions, sku),
        units_sold: list.length,
        transacted_amount: total(list).toFixed(2),
      })),
    average_amount_by_typology_and_country: group(
      ({ store }) => `${text(store, "typology")}|${text(store, "country")}`,
    )
      .sort((a, b) => (a[0] < b[0] ? -1 : 1))
      .map(([pair, list]) => ({
        typology: pair.split("|")[0] ?? "",
        country: pair.split("|")[1] ?? "",
        average_amount: averageAmount(cents(total(list)), list.length),
        transactions: list.length,
        transacted_amount: total(list).toFixed(2),
      })),
    transaction_share_by_device_type: group((sale) => String(sale.type))
      .sort((a, b) => Number(a[0]) - Number(b[0]))
      .map(([type, list]) => ({
        device_type: Number(type),
        transactions: list.length,
        percentage: ratio(list.length * 100, sales.length, 4),
      })),
    time_to_fifth_transaction: [
      {
        stores: fifths.length,
        average_seconds_from_first: ratio(sum(secondsFromFirst), fifths.length, 3),
        average_days_from_first: ratio(sum(secondsFromFirst), fifths.length * day, 6),
        average_days_from_creation: ratio(sum(secondsFromCreation), fifths.length * day, 6),
        stores_fifth_before_creation: fifths.filter(({ created, fifth }) => fifth < created).length,
      },
    ],
    time_to_fifth_transaction_by_store: fifths.map(({ store, first, fifth, created }) => ({
      store_id: Number(store["id"]),
      store_name: text(store, "name"),
      first_at: new Date(first).toISOString(),
      fifth_at: new Date(fifth).toISOString(),
      days_from_first: ratio((fifth - first) / 1000, day, 6),
      days_from_creation: ratio((fifth - created) / 1000, day, 6),
    })),
  };
}

/** Half a unit of the last decimal is rounded away from zero; `toFixed` would look at the binary fraction instead. */
function ratio(numerator: number, denominator: number, decimals: number): string {
  const units = Math.round((Math.abs(numerator) * 10 ** decimals) / denominator);
  const magnitude = (units / 10 ** decimals).toFixed(decimals);
  return numerator < 0 && units > 0 ? `-${magnitude}` : magnitude;
}

/** Rounded in whole cents: an average of x.5 cents is exact in a float, one of x.xx5 units is not. */
function averageAmount(totalCents: number, count: number): string {
  return (Math.round(totalCents / count) / 100).toFixed(2);
}

function sum(list: number[]): number {
  return list.reduce((total, value) => total + value, 0);
}

/** Milliseconds of `MM/DD/YYYY H:MM:SS`, read as UTC. */
export function instant(written: string): number {
  const match =
    /^(\d\d)\/(\d\d)\/(\d{4}) (\d{1,2}):(\d\d):(\d\d)$/.exec(written) ?? fail(`no date: ${written}`);
  const [month = 0, date = 0, year = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const milliseconds = Date.UTC(year, month - 1, date, hour, minute, second);
  if (new Date(milliseconds).getUTCDate() !== date || hour > 23) fail(`no such date: ${written}`);
  return milliseconds;
}

function newestName(transactions: Named[], sku: string): string {
  const newest = transactions
    .filter((transaction) => transaction["product_sku"] === sku)
    .sort((a, b) => Number(b["id"]) - Number(a["id"]))[0];
  return newest === undefined ? fail("never sold") : text(newest, "product_name");
}

function cents(amount: number): number {
  return Math.round(amount * 100);
}

function text(record: Named, column: string): string {
  return record[column] ?? fail(`no column ${column}`);
}

function fail(message: string): never {
  throw new Error(message);
}
