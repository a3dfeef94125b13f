import type pg from "pg";
import { socketOf } from "../database/connectionWatch.ts";
import { ownConnection } from "../database/pool.ts";
import { sqlFile } from "../database/sqlFile.ts";
import type { SourceName } from "../sources/contracts.ts";
import type { SourceLoading } from "./sourceLoading.ts";

/** For one run at a time, which its lock sees to: the tables of a session that is just opening could be taken for orphans. */
export const dropOrphanedStaging = sqlFile(new URL("./dropOrphanedStaging.sql", import.meta.url));

const setUpLoader = sqlFile(new URL("./setUpLoader.sql", import.meta.url));
const createRejectStaging = sqlFile(new URL("./quarantine/createStaging.sql", import.meta.url));

/** A connection that chunks are committed on, with its staging tables. Each is made when it is first asked for. */
export interface LoaderSession {
  readonly connected: () => Promise<pg.Client>;
  /** The connection, with the staging tables of a source; they vanish with it. No transaction may be under way. */
  readonly stagedFor: (loading: Pick<SourceLoading, "contract" | "createStaging">) => Promise<pg.Client>;
  /** Cuts the connection; PostgreSQL rolls the transaction in hand back, and whoever waits for it gets an error. */
  abandon(): void;
  close(): Promise<void>;
}

export function loaderSession(url: string): LoaderSession {
  const client = ownConnection(url, "tillhouse loader");
  const staged = new Map<SourceName, Promise<pg.Client>>();
  let connecting: Promise<pg.Client> | undefined;
  let isAbandoned = false;

  const connect = async (): Promise<pg.Client> => {
    if (isAbandoned) throw new Error("the loader's connection was cut");
    await client.connect();
    await setUpLoader.run(client);
    return client;
  };
  const connected = (): Promise<pg.Client> => {
    connecting ??= connect();
    return connecting;
  };
  const stage = async ({ createStaging }: Pick<SourceLoading, "createStaging">): Promise<pg.Client> => {
    await connected();
    await createRejectStaging.run(client);
    await createStaging.run(client);
    return client;
  };
  return {
    connected,
    stagedFor: (loading) => {
      const { source } = loading.contract;
      const staging = staged.get(source) ?? stage(loading);
      staged.set(source, staging);
      return staging;
    },
    abandon: () => {
      isAbandoned = true;
      if (connecting !== undefined) socketOf(client).destroy();
    },
    close: async () => {
      if (connecting === undefined) return;
      await connecting.catch(() => undefined);
      await client.end().catch(() => undefined);
    },
  };
}
