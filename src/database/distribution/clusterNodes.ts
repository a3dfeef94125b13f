import { TillhouseError } from "../../lib/errors.ts";

/** A node as it was found, and what it said. */
export interface FoundNode {
  readonly host: string;
  readonly port: number;
  readonly is_coordinator: boolean;
  readonly holds_facts: boolean;
  readonly answers: boolean;
  /** Why it does not answer; null where it cannot even be asked. */
  readonly said: string | null;
  /** Null of one that does not answer, as those that follow. */
  readonly max_prepared_transactions: number | null;
  readonly max_connections: number | null;
  /** Its lc_messages. */
  readonly language: string | null;
  /** Of Citus: the extension's, and the library's. */
  readonly versions: string | null;
}

/**
 * Passes when each node can take facts, and part in commits that span nodes.
 *
 * @param nodes the coordinator first
 * @throws TillhouseError `cluster_unusable`
 */
export function requireUsableNodes(nodes: readonly FoundNode[]): void {
  for (const found of nodes) {
    const problem = problemOf(found, nodes[0]?.versions ?? null);
    if (problem === undefined) continue;
    const node = `${found.host}:${found.port}`;
    throw new TillhouseError("cluster_unusable", `The node ${node} ${problem}`, { node });
  }
}

function problemOf(
  {
    answers,
    said,
    max_prepared_transactions: prepared,
    max_connections: connections,
    language,
    versions,
  }: FoundNode,
  first: string | null,
): string | undefined {
  if (!answers)
    return `does not answer the coordinator (${said ?? "it cannot be asked"}). See whether it runs, and lets the coordinator in.`;
  // Each of its connections may be one of a commit that it has been told to prepare.
  if (prepared !== null && connections !== null && prepared < connections)
    return `has max_prepared_transactions = ${prepared} and max_connections = ${connections}, and so may take part in too few commits that span nodes. Set it to max_connections or more, and restart it.`;
  // Citus hands on what a node said, and not always under which SQLSTATE: then its words alone tell a broken connection, or a deadlock.
  if (language !== null && !ENGLISH.test(language))
    return `says what goes wrong in the language of lc_messages = '${language}', where Citus hands on no more than the words. Set lc_messages = 'C' in its postgresql.conf, and reload it.`;
  if (versions !== first)
    return `runs Citus ${versions ?? "unknown"}, and the first node ${first ?? "unknown"} (extension, library). Give all the same, then ALTER EXTENSION citus UPDATE on each.`;
  return undefined;
}

/** Empty is what the server was started with, which a cluster of one's own has seldom. */
const ENGLISH = /^$|^(C|POSIX)\b|^en/i;
