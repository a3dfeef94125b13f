import { expect, jest, test } from "@jest/globals";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { numbered, trials } from "../fixtures/trials.ts";
import { run } from "../processes/programs.ts";
import { BOUNDARIES_OF_REPLAY } from "./harness/boundaries.ts";
import { faultTally } from "./harness/faultTally.ts";
import { killAtEach } from "./harness/kills.ts";
import { contentsOf, judge, type Contents } from "./harness/oracle.ts";
import { resumeWork } from "./harness/recovery.ts";
import { withShop, type Shop } from "./harness/shop.ts";

jest.setTimeout(600_000);

const REPLAY = ["replay", "--json"];
/** Read as the month first, this is none. */
const on = (day: number): string => `${day}/01/2022 09:00:00`;

/** Gives `work` a shop, of whose sales many could not be read, and settings under which they can. */
function withQuarantine(work: (url: string, into: Shop["into"]) => Promise<void>): Promise<void> {
  return withShop(async ({ url, into, write, load }) => {
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
    await load({ MAX_REJECT_RATIO: "1" });
    await work(url, (of) => ({ ...into(of), SOURCE_DATE_ORDER: "dmy" }));
  });
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
