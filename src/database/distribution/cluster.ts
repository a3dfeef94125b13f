import type pg from "pg";
import type { QueryResultRow } from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";
import { requireUsableNodes, type FoundNode } from "./clusterNodes.ts";
import { requireRolesLetIn } from "./letIn.ts";
import { requireOwnerOfCluster } from "./ownerOfCluster.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const citusHere = sql("citusHere");
const nodesOfCluster = sql("nodesOfCluster");

/** A node of a cluster that is in use. */
export interface ClusterNode {
  readonly host: string;
  readonly port: number;
  readonly isCoordinator: boolean;
  /** Whether a part of the distributed tables may lie there. */
  readonly holdsFacts: boolean;
}

export interface Cluster {
  /** Version of Citus in this database. */
  readonly version: string;
  /** The coordinator first. */
  readonly nodes: readonly ClusterNode[];
}

interface CitusHere extends QueryResultRow {
  readonly installed: string | null;
  readonly available: string | null;
  readonly is_loaded: boolean;
}

/**
 * Finds the cluster that this database is the coordinator of, and that it can take facts and commit them. Nothing is changed.
 *
 * @throws TillhouseError `cluster_unusable`
 */
export async function findCluster(pool: pg.Pool): Promise<Cluster> {
  const here = onlyRow(await citusHere.run<CitusHere>(pool));
  if (!here.is_loaded) throw new TillhouseError("cluster_unusable", notLoaded(here));
  if (here.installed === null)
    throw new TillhouseError("cluster_unusable", `${NOT_IN_DATABASE} ${TO_ADD_NODES}`);
  await requireOwnerOfCluster(pool);
  const { rows } = await nodesOfCluster.run<FoundNode & QueryResultRow>(pool);
  requireUsableNodes(rows);
  const nodes = rows.map((row) => ({
    ...{ host: row.host, port: row.port, isCoordinator: row.is_coordinator, holdsFacts: row.holds_facts },
  }));
  if (!nodes.some(({ holdsFacts }) => holdsFacts))
    throw new TillhouseError("cluster_unusable", `${NO_NODES} ${TO_ADD_NODES}`);
  await requireRolesLetIn(pool);
  return { version: here.installed, nodes };
}

function notLoaded({ available }: CitusHere): string {
  return available === null
    ? "The server of DATABASE_URL has no Citus. Install it there and on every node (https://docs.citusdata.com), or use one that is managed."
    : "The server of DATABASE_URL has Citus, and does not load it. Put citus into shared_preload_libraries, first of all, and restart it.";
}

const NOT_IN_DATABASE =
  "The server of DATABASE_URL has Citus, and this database does not yet: CREATE EXTENSION citus.";
const NO_NODES = "The cluster has no node yet that facts could lie on.";
const TO_ADD_NODES =
  "In this database of the coordinator, call citus_set_coordinator_host('this host', 5432), and for each node " +
  "citus_add_node('its host', 5432); a node needs a database of the same name, with CREATE EXTENSION citus, before.";
