import type pg from "pg";
import { socketOf, takeLeave } from "../src/database/connectionWatch.ts";
import { noteIfDistributed } from "../src/database/distribution/wholeCommits.ts";
import { ownConnection } from "../src/database/pool.ts";
import { onlyRow, sqlFile } from "../src/database/sqlFile.ts";
import { cutWhen } from "./cutWhen.ts";
import type { JobContext } from "./job.ts";

const setUpSession = sqlFile(new URL("./setUpSession.sql", import.meta.url));

/**
 * Gives `work`, which reads or does each thing in a transaction of its own, a connection of its own. It is cut as soon as the run
 * is told to stop: what is in hand is rolled back.
 *
 * @param name what the server shows it as
 * @throws TillhouseError `run_stopped`, and what `work` throws
 */
export async function withOwnSession<T>(
  { database, stopping }: Pick<JobContext, "database" | "stopping">,
  work: (client: pg.ClientBase) => Promise<T>,
  name = "tillhouse job",
): Promise<T> {
  const client = ownConnection(database.entry, name);
  // Before it is connected there is nothing to cut.
  const cut = (): void => {
    if (isConnected) socketOf(client).destroy();
  };
  let isConnected = false;
  const connected = async (): Promise<T> => {
    stopping.throwIfAborted();
    await client.connect();
    isConnected = true;
    stopping.throwIfAborted();
    const { is_of_cluster: isOfCluster } = onlyRow(
      await setUpSession.run<{ is_of_cluster: boolean }>(client),
    );
    await noteIfDistributed(client, isOfCluster);
    return work(client);
  };
  try {
    return await cutWhen(stopping, cut, connected, STOPPED);
  } finally {
    await takeLeave(client);
  }
}

const STOPPED = "Stopped before it was done. What is in hand is left as it was.";
