import type pg from "pg";
import { sqlFile } from "../sqlFile.ts";
import { allRights, clusterRights, ROLES, SCHEMAS, type ObjectKind } from "./rights.ts";

const differences = sqlFile(new URL("./differences.sql", import.meta.url));

/** Something in which the database differs from `RIGHTS`. */
export interface RoleDifference {
  readonly what: "missing" | "excess";
  readonly kind: ObjectKind | "routine" | "role" | "attribute" | "membership";
  /** Whom it is about: a role of ours, `PUBLIC`, or the user who cannot enter one. */
  readonly role: string;
  /** Schema and name, or name; of a membership the role that one is a member of. */
  readonly names: readonly string[];
  readonly column: string | null;
  readonly privilege: string;
  /** Whether the roles are of no use as long as it is so. */
  readonly is_needed: boolean;
  /** Whether this user could mend it, as far as can be told before it is tried. */
  readonly is_ours_to_mend: boolean;
}

/**
 * Compares the rights in a database with those that are declared, in one statement. None: all is as it should be.
 *
 * @param isDistributed whether its facts are distributed, or are about to be: that takes more rights. That it has Citus takes none
 */
export async function roleDifferences(
  client: Pick<pg.ClientBase | pg.Pool, "query">,
  isDistributed = false,
): Promise<readonly RoleDifference[]> {
  const { rows } = await differences.run<RoleDifference & pg.QueryResultRow>(client, {
    roles: Object.values(ROLES),
    schemas: SCHEMAS,
    wanted: JSON.stringify(allRights()),
    wanted_in_cluster: JSON.stringify(clusterRights()),
    is_distributed: isDistributed,
  });
  return rows;
}
