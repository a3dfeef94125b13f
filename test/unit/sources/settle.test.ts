import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { systemClock } from "../../../src/lib/clock.ts";
import type { DiscoveredFile } from "../../../src/sources/discoverFiles.ts";
import { settledFiles, waitUntilSettled } from "../../../src/sources/settle.ts";

const NOW = new Date("2026-01-01T12:00:00Z");
const clock = { ...systemClock, now: () => NOW };

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tillhouse-settle-"));
});
afterAll(() => rm(folder, { recursive: true }));

const named = (name: string): DiscoveredFile => ({
  source: "stores",
  path: name,
  folder,
  absolutePath: join(folder, name),
});

async function fileOfAge(name: string, ageMs: number): Promise<DiscoveredFile> {
  const changed = new Date(NOW.getTime() - ageMs);
  await writeFile(join(folder, name), "");
  await utimes(join(folder, name), changed, changed);
  return named(name);
}

test("a file has settled when nobody has written to it for so long, or when its time is yet to come", async () => {
  const old = await fileOfAge("old", 2_000);
  const young = await fileOfAge("young", 1_999);
  const future = await fileOfAge("future", -60_000);
  expect(await settledFiles([old, young, future], 2_000, clock)).toEqual([old, future]);
});

test("a file that has vanished since it was found is nothing to wait for", async () => {
  const gone = named("gone");
  expect(await settledFiles([gone], 2_000, clock)).toEqual([gone]);
  await waitUntilSettled([gone], 2_000, clock, new AbortController().signal);
});
