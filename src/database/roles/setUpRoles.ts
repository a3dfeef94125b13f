import pg from "pg";
import { onlyRow, sqlFile } from "../sqlFile.ts";
import { connectionSettings } from "../connectionSettings.ts";
import { isConflict } from "../databaseErrors.ts";
import { areFactsDistributed } from "../distribution/areFactsDistributed.ts";
import { withTransaction, type Redoing } from "../pool.ts";
import { mendReading } from "../distribution/readers.ts";
import { roleDifferences, type RoleDifference } from "./roleDifferences.ts";
import { roleStatements, type StatementContext } from "./roleStatements.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const lockRoles = sql("lockRoles");
const whereWeAre = sql("whereWeAre");

/** What setting the roles up came to. */
export interface RolesSetUp {
  /** Whether anything was other than it should be before. */
  readonly changed: boolean;
  /** Whether the roles are of use: what is missing yet, if anything, can be done without. */
  readonly usable: boolean;
  /** What this user may not do, complete, for somebody who may. None: nothing is left to do. */
  readonly forAdministrator: readonly string[];
  readonly database: string;
}

const REFUSED = "42501";
const UNKNOWN_NAME = "42704";
/** Name taken, row twice. */
const MET = new Set(["42710", "23505"]);
/** Any number of processes may start at once. */
const AFTER_MEETINGS: Redoing = { hasLost: hasMetOthers, mostAttempts: 20 };
/** What is revoked from everybody, or from a whole table, may be missing then. */
const MOST_ROUNDS = 3;

/**
 * Makes the roles and their rights in this database what `RIGHTS` says, no more and no less, as far as this user may: what
 * is refused is given back as SQL. Where the facts are distributed, the same on the nodes. Does nothing where all is right; any number of processes may do it at once.
 *
 * @throws TillhouseError `cluster_unusable` where a node does not let the reader read
 * @param options.isToBeDistributed gives them what they need on a cluster before the facts are there
 */
export async function setUpRoles(
  url: string,
  { isToBeDistributed = false }: { readonly isToBeDistributed?: boolean } = {},
): Promise<RolesSetUp> {
  const client = new pg.Client(connectionSettings({ url }, "tillhouse roles"));
  await client.connect();
  try {
    const { isDistributed, ...setUp } = await withTransaction(
      client,
      () => mendRoles(client, isToBeDistributed),
      AFTER_MEETINGS,
    );
    if (!isDistributed || !setUp.usable) return setUp;
    // The nodes do not know of a role before it is committed.
    return { ...setUp, changed: (await mendReading(client)) || setUp.changed };
  } finally {
    await client.end();
  }
}

interface WhereWeAre extends StatementContext, pg.QueryResultRow {
  readonly has_citus: boolean;
}

async function mendRoles(
  client: pg.Client,
  isToBeDistributed: boolean,
): Promise<RolesSetUp & { readonly isDistributed: boolean }> {
  await lockRoles.run(client);
  const context = onlyRow(await whereWeAre.run<WhereWeAre>(client));
  const isDistributed = context.has_citus && (await areFactsDistributed(client));
  const takesCluster = isDistributed || isToBeDistributed;
  const before = await roleDifferences(client, takesCluster);
  let left = before;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const ours = roleStatements(
      left.filter((one) => one.is_ours_to_mend),
      context,
    );
    if (ours.length === 0) break;
    for (const statement of ours) await tryStatement(client, statement);
    left = await roleDifferences(client, takesCluster);
  }
  return {
    isDistributed,
    changed: before.length > 0,
    usable: !left.some((one) => one.is_needed),
    forAdministrator: roleStatements(left.filter(isWorthAsking), context),
    database: context.database,
  };
}

/** What everybody has of a database that is not ours is not ours to ask back. */
function isWorthAsking({ what, role, is_ours_to_mend: isOurs }: RoleDifference): boolean {
  return what === "missing" || isOurs || role !== "PUBLIC";
}

/** Runs a statement; that this user may not is no failure: it is seen by what is left. */
async function tryStatement(client: pg.Client, statement: string): Promise<void> {
  await client.query("SAVEPOINT before_it");
  try {
    await client.query(statement);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query("ROLLBACK TO SAVEPOINT before_it");
  }
}

/** A role that could not be made is an unknown name to every statement after. */
function isRefusal(error: unknown): boolean {
  return codeOf(error) === REFUSED || codeOf(error) === UNKNOWN_NAME;
}

/**
 * Roles belong to the whole server, and no lock spans its databases: who sets them up from two at once may meet. The next
 * attempt finds it done. A row of the catalogue that another has just changed has no code of its own.
 */
function hasMetOthers(error: unknown): boolean {
  return (
    isConflict(error) ||
    MET.has(codeOf(error)) ||
    (error instanceof Error && error.message.includes("concurrently updated"))
  );
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);
