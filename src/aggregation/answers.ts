import { asDatabaseError, refusedPiece } from "../database/databaseErrors.ts";
import type { Prisma, PrismaClient } from "../database/generated/client.ts";

/** How a column's values are printed: exact decimals with so many places, or as they are. */
type Format = "text" | "count" | "id" | "instant" | "day" | { readonly decimals: number };

/** A view of the aggregation layer, as it is read and printed. */
export interface AnswerView {
  /** The question, as a title. */
  readonly title: string;
  /** What exactly is asked, for whoever wants to know: what counts, how ties are broken. */
  readonly definition: string;
  /** Columns in their order, under their names in the database. */
  readonly columns: Readonly<Record<string, Format>>;
  /** All rows in their order, under the client's names. */
  readonly read: (client: Prisma.TransactionClient) => Promise<Record<string, unknown>[]>;
}

const AMOUNT = { decimals: 2 } as const;
const DAYS = { decimals: 6 } as const;
/** Sums over all statuses and over each of them. */
const PERFORMANCE = {
  transactions: "count",
  transacted_amount: AMOUNT,
  accepted_transactions: "count",
  accepted_transacted_amount: AMOUNT,
  refused_transactions: "count",
  refused_transacted_amount: AMOUNT,
  cancelled_transactions: "count",
  cancelled_transacted_amount: AMOUNT,
} as const satisfies AnswerView["columns"];

const view = (definition: AnswerView): AnswerView => definition;

/** The five questions; the last has two views. Their SQL is in the migrations of the same names. */
export const ANSWERS = {
  top_10_stores_by_amount: view({
    title: "Top 10 stores by transacted amount",
    definition:
      "The ten stores with the highest sum of accepted amounts. Stores with the same amount stand in the order of their ids. A sale belongs to the store where its device stands now.",
    columns: {
      rank: "count",
      store_id: "id",
      store_name: "text",
      country: "text",
      typology: "text",
      transacted_amount: AMOUNT,
      transactions: "count",
    },
    read: (client) => client.top10StoresByAmount.findMany({ orderBy: { rank: "asc" } }),
  }),
  top_10_products_sold: view({
    title: "Top 10 products sold",
    definition:
      "The ten products, by SKU, with the most accepted sales. Where two have as many, the one with the higher amount stands first, then the lower SKU. The name is that of the sale with the highest transaction id.",
    columns: {
      rank: "count",
      product_sku: "text",
      product_name: "text",
      units_sold: "count",
      transacted_amount: AMOUNT,
    },
    read: (client) => client.top10ProductsSold.findMany({ orderBy: { rank: "asc" } }),
  }),
  average_amount_by_typology_and_country: view({
    title: "Average amount by store typology and country",
    definition:
      "The mean amount of an accepted sale, over all sales of the stores of each typology in each country. Pairs without a sale have no row.",
    columns: {
      typology: "text",
      country: "text",
      average_amount: AMOUNT,
      transactions: "count",
      transacted_amount: AMOUNT,
    },
    read: async (client) =>
      inCodePointOrder(await client.averageAmountByTypologyAndCountry.findMany(), (row) => [
        row.typology,
        row.country,
      ]),
  }),
  transaction_share_by_device_type: view({
    title: "Share of transactions by device type",
    definition:
      "Of a hundred accepted sales, how many were made on devices of each type. The shares add up to 100, but for rounding to four decimals.",
    columns: { device_type: "id", transactions: "count", percentage: { decimals: 4 } },
    read: (client) => client.transactionShareByDeviceType.findMany({ orderBy: { deviceType: "asc" } }),
  }),
  time_to_fifth_transaction: view({
    title: "Average time for a store to make its first five transactions",
    definition:
      "Over the stores with at least five accepted sales: the mean time from the first to the fifth, by when they happened (ties by transaction id), and from the creation of the store to the fifth. A store may have sold before the day that its file gives for its creation: then the latter is negative.",
    columns: {
      stores: "count",
      average_seconds_from_first: { decimals: 3 },
      average_days_from_first: DAYS,
      average_days_from_creation: DAYS,
      stores_fifth_before_creation: "count",
    },
    read: (client) => client.timeToFifthTransaction.findMany(),
  }),
  time_to_fifth_transaction_by_store: view({
    title: "Time to the fifth transaction, by store",
    definition:
      "The same for each such store: when its first and its fifth accepted sale happened, and how many days lie between, and between its creation and its fifth.",
    columns: {
      store_id: "id",
      store_name: "text",
      first_at: "instant",
      fifth_at: "instant",
      days_from_first: DAYS,
      days_from_creation: DAYS,
    },
    read: (client) => client.timeToFifthTransactionByStore.findMany({ orderBy: { storeId: "asc" } }),
  }),
} as const;

/** Beside the answers: the same sales over all statuses. */
export const PERFORMANCE_VIEWS = {
  store_performance: view({
    title: "Store performance",
    definition: "Transactions and amounts of each store that has any, by status.",
    columns: { store_id: "id", store_name: "text", country: "text", typology: "text", ...PERFORMANCE },
    read: (client) => client.storePerformance.findMany({ orderBy: { storeId: "asc" } }),
  }),
  product_performance: view({
    title: "Product performance",
    definition: "Transactions and amounts of each product, by status.",
    columns: { product_sku: "text", product_name: "text", ...PERFORMANCE },
    read: async (client) =>
      inCodePointOrder(await client.productPerformance.findMany(), (row) => [row.productSku]),
  }),
  device_type_performance: view({
    title: "Device type performance",
    definition: "Transactions and amounts of each type of device, by status.",
    columns: { device_type: "id", ...PERFORMANCE },
    read: (client) => client.deviceTypePerformance.findMany({ orderBy: { deviceType: "asc" } }),
  }),
  average_amount_by_typology: view({
    title: "Average amount by typology",
    definition:
      "The mean amount of an accepted sale by typology of store, and transactions and amounts by status.",
    columns: { typology: "text", average_amount: AMOUNT, ...PERFORMANCE },
    read: async (client) =>
      inCodePointOrder(await client.averageAmountByTypology.findMany(), (row) => [row.typology]),
  }),
  average_amount_by_country: view({
    title: "Average amount by country",
    definition:
      "The mean amount of an accepted sale by country of store, and transactions and amounts by status.",
    columns: { country: "text", average_amount: AMOUNT, ...PERFORMANCE },
    read: async (client) =>
      inCodePointOrder(await client.averageAmountByCountry.findMany(), (row) => [row.country]),
  }),
  daily_sales: view({
    title: "Daily sales",
    definition: "Transactions and amounts of each day (UTC) on which they happened, by status.",
    columns: { calendar_date: "day", ...PERFORMANCE },
    read: (client) => client.dailySales.findMany({ orderBy: { calendarDate: "asc" } }),
  }),
} as const;

/** The answers that devices and stores have a say in, by what these were when each sale happened. They read the facts. */
export const AS_WAS_VIEWS = {
  top_10_stores_by_amount_as_was: view({
    title: "Top 10 stores by transacted amount, by where devices stood then",
    definition: "As now, but a sale belongs to the store where its device stood when it happened.",
    columns: ANSWERS.top_10_stores_by_amount.columns,
    read: (client) => client.top10StoresByAmountAsWas.findMany({ orderBy: { rank: "asc" } }),
  }),
  average_amount_by_typology_and_country_as_was: view({
    title: "Average amount by store typology and country then",
    definition: "As now, but by the typology and country that the store of a sale had when it happened.",
    columns: ANSWERS.average_amount_by_typology_and_country.columns,
    read: async (client) =>
      inCodePointOrder(await client.averageAmountByTypologyAndCountryAsWas.findMany(), (row) => [
        row.typology,
        row.country,
      ]),
  }),
  transaction_share_by_device_type_as_was: view({
    title: "Share of transactions by device type then",
    definition: "As now, but by the type that the device had when the sale happened.",
    columns: ANSWERS.transaction_share_by_device_type.columns,
    read: (client) => client.transactionShareByDeviceTypeAsWas.findMany({ orderBy: { deviceType: "asc" } }),
  }),
} as const;

export const VIEWS: Readonly<Record<string, AnswerView>> = {
  ...ANSWERS,
  ...PERFORMANCE_VIEWS,
  ...AS_WAS_VIEWS,
};

/** Sorts as `COLLATE "C"` does on UTF-8, whatever the database's own collation is. */
function inCodePointOrder<Row>(rows: Row[], key: (row: Row) => string[]): Row[] {
  const keyed = rows.map((row) => ({ row, bytes: Buffer.from(key(row).join("\0"), "utf8") }));
  return keyed.sort((a, b) => a.bytes.compare(b.bytes)).map(({ row }) => row);
}

/** A printable value: numbers for counts and ids, strings for exact decimals and times. */
export type AnswerValue = string | number | null;
/** A row under the names of the view's columns. */
export type AnswerRow = Record<string, AnswerValue>;

/**
 * Reads views in one snapshot, so that they agree with each other while loads go on.
 *
 * @returns an object with a key a view, its value the array of its rows
 */
export async function readViews(
  prisma: PrismaClient,
  names: readonly string[],
): Promise<Record<string, AnswerRow[]>> {
  return (await readViewsBeside(prisma, names, async () => undefined)).answers;
}

/**
 * The same, with something else that is to be read in the same snapshot.
 *
 * @param timeoutMs after which it is given up
 * @throws TillhouseError `database_refused` where a node does not let the reader read its facts, `database_connection_lost` where
 *   a node is away, or the connection breaks meanwhile
 */
export async function readViewsBeside<T>(
  prisma: PrismaClient,
  names: readonly string[],
  read: (client: Prisma.TransactionClient) => Promise<T>,
  timeoutMs = READ_TIMEOUT_MS,
): Promise<{ answers: Record<string, AnswerRow[]>; beside: T }> {
  const reading = prisma.$transaction(
    async (client) => {
      const answers: Record<string, AnswerRow[]> = {};
      for (const name of names) {
        const definition = VIEWS[name];
        if (definition === undefined) throw new Error(`no view is called ${name}`);
        const rows = await definition.read(client);
        answers[name] = rows.map((row) => printableRow(definition, row));
      }
      return { answers, beside: await read(client) };
    },
    { isolationLevel: "RepeatableRead", timeout: timeoutMs, maxWait: 10_000 },
  );
  return reading.catch((error: unknown) => {
    throw refusedPiece(error) ?? asDatabaseError(error);
  });
}

/** Views over a large fact may take long; Prisma's own limit is five seconds. */
const READ_TIMEOUT_MS = 3_600_000;

function printableRow(definition: AnswerView, row: Record<string, unknown>): AnswerRow {
  return Object.fromEntries(
    Object.entries(definition.columns).map(([column, format]) => [
      column,
      printable(row[camelCase(column)], format),
    ]),
  );
}

const camelCase = (column: string): string =>
  column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** A decimal of the client: it drops trailing zeros, so the places are put back. */
interface Decimal {
  toFixed(places: number): string;
}

function printable(value: unknown, format: Format): AnswerValue {
  if (value === null || value === undefined) return null;
  if (typeof format === "object") return (value as Decimal).toFixed(format.decimals);
  switch (format) {
    case "count":
    case "id":
      return Number(value);
    case "instant":
      return (value as Date).toISOString();
    case "day":
      return (value as Date).toISOString().slice(0, 10);
    case "text":
      return value as string;
  }
}
