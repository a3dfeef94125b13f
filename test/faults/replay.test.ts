import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { numbered, trials } from "../fixtures/trials.ts";
import { TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";
import { run, type Environment } from "../processes/programs.ts";
import { BOUNDARIES_OF_REPLAY } from "./harness/boundaries.ts";
import { faultTally } from "./harness/faultTally.ts";
import { killAtEach } from "./harness/kills.ts";
import { contentsOf, judge, type Contents } from "./harness/oracle.ts";
import { resumeWork } from "./harness/recovery.ts";

jest.setTimeout(600_000);

const REPLAY = ["replay", "--json"];
/** Read as the month first, this is none. */
const on = (day: number): string => `${day}/01/2022 09:00:00`;

/** Gives `work` the settings of a shop, of whose sales many could not be read, until a setting has changed. */
async function withQuarantine(work: (url: string, into: (url: string) => Environment) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-replay-"));
  try {
    await withTestDatabase(async (url) => {
      const into = (of: string): Environment => ({
        ...{ DATABASE_URL: of, DATA_DIR: folder, STATE_DIR: join(folder, ".state"), SETTLE_MS: "0" },
        ...{ CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY, SOURCE_DATE_ORDER: "dmy" },
      });
      const write = (name: string, text: string) => writeFile(join(folder, name), text);
      await write("stores.csv", storesFile({ id: 1 }));
      await write("devices.csv", devicesFile({ id: 1 }));
      await write(
        "transactions-1.csv",
        transactionsFile(
          { id: 1 },
          { id: 2, happened_at: on(20) },
          { id: 3, amount: "many" },
          { id: 5, happened_at: on(24) },
        ),
      );
      // Replayed, two of them correct what is there, and sale 5 of the first file is older than that of the third.
      await write(
        "transactions-2.csv",
        transactionsFile({ id: 1, happened_at: on(21) }, { id: 4, happened_at: on(22) }),
      );
      await write("transactions-3.csv", transactionsFile({ id: 2, happened_at: on(23) }, { id: 5 }));
      const before = { ...into(url), SOURCE_DATE_ORDER: "mdy", MAX_REJECT_RATIO: "1" };
      expect((await run(["ingest", "--json"], before)).exitCode).toBe(0);
      await work(url, into);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const tally = faultTally("replay killed at each boundary in turn");

test.each(numbered(trials({ quick: 1, all: 20 })))(
  "a replay that is killed at each boundary in turn loses nothing, and does nothing twice (%d)",
  async () => {
    let expected: Contents | undefined;
    await withQuarantine(async (url, into) => {
      expect((await run(REPLAY, into(url))).exitCode).toBe(0);
      expected = await contentsOf(url);
    });
    const undisturbed = expected;
    if (undisturbed === undefined) throw new Error("nothing was replayed");
    expect(undisturbed).toMatchObject({ facts: { length: 4 }, versions: { length: 3 } });
    const chosen = BOUNDARIES_OF_REPLAY.filter(
      (_boundary, place) => place % trials({ quick: 3, all: 1 }) === 0,
    );
    tally.note(`${chosen.length} boundaries`);
    await withQuarantine((url, into) =>
      killAtEach(chosen, url, REPLAY, into, tally, async () =>
        judge(url, undisturbed, await resumeWork(into(url), REPLAY)),
      ),
    );
  },
);
