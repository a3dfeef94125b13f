import { describe, expect, jest, test } from "@jest/globals";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { naturalRows } from "../processes/naturalRows.ts";
import { start } from "../processes/programs.ts";
import { query } from "../processes/workplace.ts";
import { boundaryNamed } from "./harness/boundaries.ts";
import { withDatabaseProxy } from "./harness/databaseProxy.ts";
import { faultTally, type Verdict } from "./harness/faultTally.ts";
import { judge } from "./harness/oracle.ts";
import { resumeWork } from "./harness/recovery.ts";
import { FEW_ROWS, sharedFiles } from "./harness/sharedFiles.ts";
import { trials } from "../fixtures/trials.ts";

jest.setTimeout(300_000);

const files = sharedFiles(FEW_ROWS);

/** What the holder would do next when it wakes: COPY, go on in its chunk, COMMIT, begin another chunk, note that a file is through. */
const ASLEEP_AFTER = ["staging filled", "facts by COPY, after", "watermark", "after COMMIT", "fence checked"];
const BY_THE_SERVER = ASLEEP_AFTER.slice(0, trials({ quick: 2, all: ASLEEP_AFTER.length })).toReversed();
const BY_ITSELF = ["watermark", "after COMMIT"].slice(0, trials({ quick: 0, all: 2 }));

/**
 * Stops the process of a run that holds the lock in the middle of its work, lets another run do the work once the lock is
 * free, and wakes the first one.
 *
 * @param freeTheLock what takes the lock from the sleeper
 */
function takeOver(name: string, freeTheLock: (url: string) => Promise<unknown>): Promise<Verdict> {
  return withTestDatabase((url) =>
    withDatabaseProxy(url, async (proxy) => {
      const holder = start("cli", ["ingest", "--json"], files().into(proxy.url));
      const asleep = new Promise<void>((resolve) => {
        proxy.ambush({
          ...boundaryNamed(name),
          // Some of the work is done by then.
          occurrence: Math.min(3, boundaryNamed(name).times),
          act: () => {
            holder.child.kill("SIGSTOP");
            resolve();
          },
        });
      });
      await Promise.race([asleep, holder.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
      await freeTheLock(url);
      const seconds = await resumeWork(files().into(url));
      const done = await naturalRows(url);

      holder.child.kill("SIGCONT");
      const { exitCode, stderr } = await holder.ended;
      expect(await naturalRows(url)).toEqual(done);
      expect({ exitCode, said: stderr.includes("run_lock_lost") ? "run_lock_lost" : stderr }).toEqual({
        exitCode: 1,
        said: "run_lock_lost",
      });
      return judge(url, files().expected, seconds);
    }),
  );
}

describe("a run that holds the lock and is paused (SIGSTOP), and wakes after another has taken over,", () => {
  const tally = faultTally("lock holder paused, and woken after it was taken over");

  test.each(BY_THE_SERVER)("commits nothing: asleep after %s, its lock's session ended", async (name) => {
    const verdict = await takeOver(name, (url) =>
      query(
        url,
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'tillhouse lock'`,
      ),
    );
    tally.add(verdict);
  });

  if (BY_ITSELF.length > 0)
    test.each(BY_ITSELF)(
      "commits nothing: asleep after %s until the lock is free by itself",
      async (name) => {
        tally.add(await takeOver(name, () => Promise.resolve()));
      },
    );
});
