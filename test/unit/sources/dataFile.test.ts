import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { TillhouseError } from "../../../src/lib/errors.ts";
import { isInside, openDataFile } from "../../../src/sources/dataFile.ts";

let base = "";
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "tillhouse-data-file-"));
});
afterAll(() => rm(base, { recursive: true }));

test("a folder holds itself and what is below it, and none that begins alike", () => {
  expect(["/a/b", "/a/b/c", "/a/b/..c", "/a/b/../b/c"].filter((path) => !isInside("/a/b", path))).toEqual([]);
  expect(["/a", "/a/bc", "/a/b/../c", "/"].filter((path) => isInside("/a/b", path))).toEqual([]);
});

const OPENINGS = 400;

test("while somebody swaps a file for a link that leads out, only what lies inside is ever opened", async () => {
  const [folder, outside] = [join(base, "data"), join(base, "outside.csv")];
  await mkdir(folder);
  await writeFile(outside, "outside");
  const absolutePath = join(folder, "transactions.csv");
  const place = { path: "transactions.csv", absolutePath, folder };
  await writeFile(absolutePath, "inside");
  const stop = new AbortController();
  const swaps = (async () => {
    while (!stop.signal.aborted) {
      await symlink(outside, join(folder, "link"));
      await rename(join(folder, "link"), absolutePath);
      await writeFile(join(folder, "file"), "inside");
      await rename(join(folder, "file"), absolutePath);
    }
  })();
  const seen = { inside: 0, refused: 0 };
  try {
    for (let opening = 0; opening < OPENINGS || seen.inside === 0 || seen.refused === 0; opening += 1) {
      try {
        const handle = await openDataFile(place);
        const text = await handle.readFile("utf8");
        await handle.close();
        expect(text).toBe("inside");
        seen.inside += 1;
      } catch (error) {
        if (!(error instanceof TillhouseError)) throw error;
        seen.refused += 1;
      }
    }
  } finally {
    stop.abort();
    await swaps;
  }
}, 300_000);
