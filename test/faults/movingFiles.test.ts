import { describe, expect, jest, test } from "@jest/globals";
import { systemClock } from "../../src/lib/clock.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { spreadOut } from "../fixtures/sourceText.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";
import { faultTally } from "./harness/faultTally.ts";
import { trials } from "../fixtures/trials.ts";
import {
  endOf,
  GROWN,
  OPENED,
  OTHER_AMOUNTS,
  OTHER_FROM_THIRD,
  REPLACED,
  rewrite,
  REWRITTEN,
  shifted,
  TAKEN_AWAY,
  truncate,
  TRUNCATED,
} from "./moving/fileChanges.ts";
import { judgeOf } from "./moving/movedFile.ts";
import { readsTo, smallLoad, threadedLoad } from "./moving/movingLoads.ts";

jest.setTimeout(600_000);

/** Reads of a load to which nothing happens: the header, the records, the end. */
const READS = readsTo(OPENED.length) + 1;

/** To this clock all files are old, so that their times are believed; to the system's they are too young for that. */
const LATER = movedClock(3_600_000);

describe.each([
  ["grown", GROWN],
  ["truncated", TRUNCATED],
  ["rewritten in place", REWRITTEN],
  ["replaced by rename", REPLACED],
  ["taken away", TAKEN_AWAY],
])("a file that is %s while it is read", (how, changes) => {
  const tally = faultTally(`a file is ${how} while it is read`);
  const moments = trials({ quick: 1, all: READS / 2 });
  const every = trials({ quick: 2, all: 1 });

  test("loads as one of the contents that it had, or in part, and in the next run whole", () =>
    withWarehouse(async (warehouse) => {
      const judge = await judgeOf(warehouse);
      const failures: string[] = [];
      for (const [number, change] of changes.entries()) {
        if (number % every !== 0) continue;
        for (let trial = 0; trial < moments; trial += 1) {
          // One trial each of many changes still is at moments all over a load, and with both clocks.
          const moment = 1 + ((number * 5 + 4 + trial * 2) % READS);
          const clock = Math.floor(number / 2 + trial) % 2 === 0 ? LATER : systemClock;
          const verdict = await judge(smallLoad(warehouse, change, moment, clock));
          try {
            tally.add(verdict);
          } catch (error) {
            failures.push(`${change.name}, at read ${moment} of ${READS}: ${String(error)}`);
          }
        }
      }
      expect(failures).toEqual([]);
    }));
});

describe("a file that is rewritten while threads read and copy it ahead", () => {
  const tally = faultTally("a file is rewritten while threads copy it ahead");
  const committed = [1, 2, 3, 4].slice(0, trials({ quick: 1, all: 4 }));

  test.each([
    ["with other amounts", OTHER_AMOUNTS],
    ["its records shifted by one byte", shifted(1)],
    ["from its third record on, which is read before the second is committed", OTHER_FROM_THIRD],
  ])("%s loads as one of its contents, and in the next run whole", (_how, content) =>
    withWarehouse(async (warehouse) => {
      const judge = await judgeOf(warehouse);
      for (const chunks of committed)
        tally.add(await judge(threadedLoad(warehouse, rewrite(spreadOut(content)), chunks, LATER)));
    }),
  );
});

describe("a file that is cut while it is read", () => {
  const tally = faultTally("a file is cut at every byte of a chunk, under its reader");
  const bytes = endOf(4) - endOf(3);
  const cuts = trials({ quick: 3, all: bytes });

  test("loads up to there, or not at all, and in the next run as it is", () =>
    withWarehouse(async (warehouse) => {
      const judge = await judgeOf(warehouse);
      for (let cut = 0; cut < cuts; cut += 1) {
        const change = { name: "cut", steps: [truncate(endOf(3) + Math.floor((cut * bytes) / cuts))] };
        // The chunk is read in part, or whole and not yet committed.
        const moment = readsTo(endOf(4)) + (cut % 2);
        tally.add(await judge(smallLoad(warehouse, change, moment, cut % 3 === 0 ? systemClock : LATER)));
      }
    }));
});
