import type { Pool } from "pg";

const distributed = new WeakSet<object>();

/** Notes of a session that the facts of its database are spread over the nodes of a Citus cluster. */
export function noteDistributed(client: object): void {
  distributed.add(client);
}

/** The same of a pool, and of each session that it gives out. */
export function notePoolDistributed(pool: Pool): void {
  noteDistributed(pool);
  pool.on("acquire", noteDistributed);
}

/** Whether that was noted of it: then it is given a statement's other form, where it has one. */
export function isDistributed(client: object): boolean {
  return distributed.has(client);
}
