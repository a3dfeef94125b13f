import type { ClientBase } from "pg";
import { isDistributed } from "../../../database/distribution/distributedSessions.ts";
import { sqlFile } from "../../../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const idsOfPieces = sql("idsOfPieces");
const knownIds = sql("knownIds");
const knownIdsHere = sql("knownIdsHere");

/**
 * Which of these ids the fact has. Where it is distributed each piece is asked for its own by itself: where one statement asks all,
 * each is sent every id.
 *
 * @param transactionIds the text of an array
 */
export async function idsKnown(client: ClientBase, transactionIds: string): Promise<readonly string[]> {
  if (!isDistributed(client)) return idsOf(await knownIdsHere.run<HasId>(client, { ids: transactionIds }));
  const pieces = await idsOfPieces.run<{ ids: string }>(client, { transaction_ids: transactionIds });
  const known: string[] = [];
  // One by one: there may be more than a call takes arguments.
  for (const { ids } of pieces.rows)
    for (const id of idsOf(await knownIds.run<HasId>(client, { ids }))) known.push(id);
  return known;
}

interface HasId {
  readonly transaction_id: string;
}
const idsOf = ({ rows }: { rows: readonly HasId[] }): string[] => rows.map(({ transaction_id: id }) => id);
