import { loaderSession, type LoaderSession } from "../src/ingestion/loaderSession.ts";
import { cutWhen } from "./cutWhen.ts";
import type { JobContext } from "./job.ts";

/**
 * Gives `work` a loader's connection, which is cut when the run is broken off, and closed afterwards.
 *
 * @param stopped what to say of work that fails since it was broken off; absent: it says so itself
 * @throws TillhouseError `run_stopped`, and what `work` throws
 */
export async function withRunSession<T>(
  { breakingOff, database }: JobContext,
  work: (session: LoaderSession) => Promise<T>,
  stopped?: string,
): Promise<T> {
  const session = loaderSession(database.entry);
  try {
    const abandon = (): void => {
      session.abandon();
    };
    return await cutWhen(breakingOff, abandon, () => work(session), stopped);
  } finally {
    await session.close();
  }
}
