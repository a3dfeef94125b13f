import type { ClientBase } from "pg";
import { sqlFile } from "../../../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const idsOfPieces = sql("idsOfPieces");
const knownIds = sql("knownIds");

/**
 * Which of these ids a distributed fact has. Each piece is asked for its own by itself: where one statement asks all, each is sent
 * every id.
 *
 * @param transactionIds the text of an array
 */
export async function idsKnown(client: ClientBase, transactionIds: string): Promise<readonly string[]> {
  const pieces = await idsOfPieces.run<{ ids: string }>(client, { transaction_ids: transactionIds });
  const known: string[] = [];
  for (const { ids } of pieces.rows) {
    const { rows } = await knownIds.run<{ transaction_id: string }>(client, { ids });
    for (const { transaction_id: id } of rows) known.push(id);
  }
  return known;
}
