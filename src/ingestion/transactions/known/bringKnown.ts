import type { ClientBase } from "pg";
import { onlyRow, sqlFile } from "../../../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const createKnown = sql("createKnown");
const boundsOfKnown = sql("boundsOfKnown");
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
 * Brings the facts that staged transactions may be about from the nodes into tables of the session, each with one statement:
 * the planner of Citus cannot look them up one by one. Whoever judges finds all there that the fact has of these ids: the
 * run's lock keeps other writers out, and what was committed before is whole on every node.
 */
export async function bringKnown(client: ClientBase): Promise<void> {
  await createKnown.run(client);
  const bounds = onlyRow(await boundsOfKnown.run<{ lowest: string | null; highest: string | null }>(client));
  if (bounds.lowest === null) return;
  await bringFacts.run(client, bounds);
  await bringVersions.run(client, bounds);
}
