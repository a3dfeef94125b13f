import type pg from "pg";
import { socketOf, takeLeave } from "../database/connectionWatch.ts";
import { noteIfDistributed, waitUntilWhole } from "../database/distribution/wholeCommits.ts";
import type { Entry } from "../database/entry.ts";
import { ownConnection } from "../database/pool.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";

/** For one run at a time, which its lock sees to: the tables of a session that is just opening could be taken for orphans. */
export const dropOrphanedStaging = sqlFile(new URL("./dropOrphanedStaging.sql", import.meta.url));

const setUpLoader = sqlFile(new URL("./setUpLoader.sql", import.meta.url));

/** A connection that chunks are committed on, made when it is first asked for. Staging tables vanish with it. */
export interface LoaderSession {
  readonly connected: () => Promise<pg.Client>;
  /** Cuts the connection; PostgreSQL rolls the transaction in hand back, and whoever waits for it gets an error. */
  abandon(): void;
  close(): Promise<void>;
}

export function loaderSession(entry: Entry): LoaderSession {
  const client = ownConnection(entry, "tillhouse loader");
  let connecting: Promise<pg.Client> | undefined;
  let isAbandoned = false;

  const connect = async (): Promise<pg.Client> => {
    if (isAbandoned) throw new Error("the loader's connection was cut");
    await client.connect();
    const { is_of_cluster: isOfCluster } = onlyRow(await setUpLoader.run<{ is_of_cluster: boolean }>(client));
    await noteIfDistributed(client, isOfCluster);
    await waitUntilWhole(client);
    return client;
  };
  return {
    connected: () => {
      connecting ??= connect();
      return connecting;
    },
    abandon: () => {
      isAbandoned = true;
      if (connecting !== undefined) socketOf(client).destroy();
    },
    close: async () => {
      if (connecting === undefined) return;
      await connecting.catch(() => undefined);
      await takeLeave(client);
    },
  };
}
