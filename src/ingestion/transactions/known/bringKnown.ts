import type { ClientBase } from "pg";
import { sqlFile } from "../../../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const createKnown = sql("createKnown");
const stagedOfPieces = sql("stagedOfPieces");
const bringFacts = sql("bringFacts");
const bringVersions = sql("bringVersions");

/** What stands for the fact and its versions in statements that look up what a chunk is about. */
export const LOOKED_UP = {
  facts: "ingestion_layer.fct_transactions",
  versions: "ingestion_layer.fct_transactions_history",
} as const;
/** The same in a warehouse whose facts are distributed, once they were brought. */
export const BROUGHT = { facts: "known_facts", versions: "known_versions" } as const;

/**
 * Brings the facts that staged transactions may be about from the nodes into tables of the session: the planner of Citus cannot look
 * them up one by one. Each piece is asked for its own by itself: where one statement asks all, each is sent every id. Whoever judges
 * finds all there that the fact has of these ids: the run's lock keeps other writers out, and what was committed before is whole on
 * every node.
 */
export async function bringKnown(client: ClientBase): Promise<void> {
  await createKnown.run(client);
  for (const { ids } of (await stagedOfPieces.run<{ ids: string }>(client)).rows) {
    await bringFacts.run(client, { ids });
    await bringVersions.run(client, { ids });
  }
}
