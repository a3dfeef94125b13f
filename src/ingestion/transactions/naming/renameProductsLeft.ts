import type { ClientBase } from "pg";
import { isDistributed } from "../../../database/distribution/distributedSessions.ts";
import { sqlFile } from "../../../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const renameLeft = sql("renameProductsLeft");
const productsLeft = sql("productsLeft");
const labelsOfFacts = sql("labelsOfFacts");
const highestInWindow = sql("highestInWindow");
const nameProducts = sql("nameProducts");

/** Ids that are looked through first: to ask all pieces takes as long as to look through so many. */
const FIRST_WINDOW = 10_000;
/** By which each window is wider than the one above it. */
const WIDENED = 4;

interface ProductLeft {
  readonly product_key: number;
  readonly named_by: string | null;
  readonly is_sold: boolean;
}
interface Found {
  readonly product_key: number;
  readonly transaction_id: string;
}
type Labelled = Found & { readonly label_key: number };

/**
 * Names anew the SKUs whose naming transaction the chunk corrected to another one, by the highest id that each has left. Runs only in
 * chunks that correct something, once their rollups are folded.
 *
 * One statement walks down the ids from the highest, where the fact has one index of them. Where it is distributed each piece has its
 * own, and the planner of Citus would have all pieces read whole: there it is asked in windows that widen.
 */
export async function renameProductsLeft(client: ClientBase): Promise<void> {
  if (!isDistributed(client)) {
    await renameLeft.run(client);
    return;
  }
  const left = await findLeft(client);
  if (left.length === 0) return;
  const highest = await highestBelow(
    client,
    left.filter(({ is_sold: isSold }) => isSold),
  );
  const naming = await labelled(
    client,
    highest.map((found) => found.transaction_id),
  );
  await nameProducts.run(client, {
    product_keys: left.map(keyOf),
    named_keys: naming.map(keyOf),
    transaction_ids: naming.map((found) => found.transaction_id),
    label_keys: naming.map(({ label_key: labelKey }) => labelKey),
  });
}

const keyOf = ({ product_key: key }: Pick<Found, "product_key">): number => key;

/** SKUs of the chunk whose naming transaction is no longer theirs, or that none names. */
async function findLeft(client: ClientBase): Promise<readonly ProductLeft[]> {
  const { rows } = await productsLeft.run<ProductLeft>(client);
  const naming = await labelled(
    client,
    rows.flatMap(({ named_by: namedBy }) => namedBy ?? []),
  );
  const named = new Map(naming.map((found) => [found.transaction_id, found.product_key]));
  return rows.filter(({ named_by: by, product_key: key }) => by === null || named.get(by) !== key);
}

async function labelled(client: ClientBase, ids: readonly string[]): Promise<readonly Labelled[]> {
  if (ids.length === 0) return [];
  return (await labelsOfFacts.run<Labelled>(client, { transaction_ids: ids })).rows;
}

/** The highest id that each has below the one which named it: that was the highest of all. */
async function highestBelow(client: ClientBase, products: readonly ProductLeft[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  let missing = products;
  let lowest = Number.MAX_SAFE_INTEGER;
  for (let width = FIRST_WINDOW; missing.length > 0 && lowest > 1; width *= WIDENED) {
    const namedBy = missing.map(({ named_by: id }) => Number(id ?? lowest));
    const highest =
      Math.min(
        lowest,
        namedBy.reduce((most, id) => Math.max(most, id)),
      ) - 1;
    lowest = Math.max(highest - width + 1, 1);
    const { rows } = await highestInWindow.run<Found>(client, {
      ...{ lowest, highest, product_keys: missing.map(keyOf) },
    });
    for (const row of rows) found.push(row);
    const named = new Set(rows.map(keyOf));
    missing = missing.filter(({ product_key: key }) => !named.has(key));
  }
  return found;
}
