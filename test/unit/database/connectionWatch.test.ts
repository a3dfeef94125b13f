import { expect, test } from "@jest/globals";
import { Sightings, type Sighting } from "../../../src/database/connectionWatch.ts";

const AT_WORK: Sighting = { kind: "at work" };
const UNREACHABLE: Sighting = { kind: "unreachable" };
const rows = (copiedBytes: string): Sighting => ({ kind: "waits for rows", copiedBytes });

/** What is made of sightings, each so many seconds after the first: whether the connection is to be cut. */
const cuts = (seen: readonly [number, Sighting][]): boolean[] => {
  const sightings = new Sightings();
  return seen.map(([seconds, sighting]) => sightings.see(sighting, seconds * 1000) !== undefined);
};

test("a session that is at work is left alone, however long", () => {
  expect(cuts([0, 5, 600, 3600].map((seconds) => [seconds, AT_WORK]))).toEqual([false, false, false, false]);
});

test("one that waits for us has answered: its answer is lost", () => {
  expect(
    cuts([
      [0, AT_WORK],
      [5, { kind: "waits for us" }],
    ]),
  ).toEqual([false, true]);
});

test("one failed look says nothing, also of a statement that is old", () => {
  expect(
    cuts([
      [0, AT_WORK],
      [600, UNREACHABLE],
      [605, AT_WORK],
      [660, UNREACHABLE],
    ]),
  ).toEqual([false, false, false, false]);
});

test("a server that lets nobody in for a minute is as good as gone", () => {
  expect(cuts([0, 20, 40, 59, 60].map((seconds) => [seconds, UNREACHABLE]))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});

test("a COPY is cut when no row of it comes any more, and not for being slow", () => {
  expect(
    cuts([
      [0, rows("1")],
      [5, rows("2")],
      [10, rows("3")],
      [15, rows("4")],
    ]),
  ).toEqual([false, false, false, false]);
  expect(
    cuts([
      [0, rows("1")],
      [5, rows("2")],
      [10, rows("2")],
      [15, rows("2")],
    ]),
  ).toEqual([false, false, false, true]);
  expect(
    cuts([
      [0, rows("2")],
      [5, rows("2")],
      [10, AT_WORK],
      [15, rows("2")],
    ]),
  ).toEqual([false, false, false, false]);
});
