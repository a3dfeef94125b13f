import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { placesNamed } from "../../../src/sources/namedFiles.ts";

let base = "";
let folder = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "tillhouse-named-"));
  folder = join(base, "data");
  await mkdir(folder);
});
afterEach(() => rm(base, { recursive: true }));

async function put(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(base, path)), { recursive: true });
    await writeFile(join(base, path), "");
  }
}
/** Paths of what is named, relative to the folder around DATA_DIR. */
async function pathsOf(...named: readonly string[]): Promise<string[]> {
  const places = await placesNamed(
    folder,
    named.map((name) => join(base, name)),
  );
  return places.map(({ absolutePath }) => relative(base, absolutePath));
}

describe("a glob names", () => {
  test("the files that it matches, in the order of their paths, each once", async () => {
    await put(
      "drops/2026-05-02/b.csv.gz",
      "drops/2026-05-01/a.csv.gz",
      "drops/2026-05-01/a.md5",
      "drops/2026-06-01/c.csv.gz",
    );

    expect(await pathsOf("drops/2026-05-*/*.gz", "drops/2026-05-01/a.csv.gz")).toEqual([
      "drops/2026-05-01/a.csv.gz",
      "drops/2026-05-02/b.csv.gz",
    ]);
    expect(await pathsOf("drops/**/{a,c}.csv.gz")).toEqual([
      "drops/2026-05-01/a.csv.gz",
      "drops/2026-06-01/c.csv.gz",
    ]);
    expect(await pathsOf("drops/2026-05-0[1-9]/?.csv.gz")).toHaveLength(2);
  });

  test("files of DATA_DIR by their names in it, and others by their whole paths", async () => {
    await put("data/a/stores.csv", "elsewhere/stores.csv");

    expect(await placesNamed(folder, [join(folder, "*/*.csv"), join(base, "else*/*.csv")])).toEqual([
      { path: "a/stores.csv", absolutePath: join(folder, "a/stores.csv"), folder },
      {
        path: join(base, "elsewhere/stores.csv"),
        absolutePath: join(base, "elsewhere/stores.csv"),
        folder: undefined,
      },
    ]);
  });

  test("files relative to the working directory", async () => {
    await put("a/stores.csv");
    const from = relative(process.cwd(), base);

    expect(await placesNamed(folder, [`${from}/a/*.csv`])).toMatchObject([
      { absolutePath: join(base, "a/stores.csv") },
    ]);
  });

  test("no file that lies out of DATA_DIR, where it goes through that", async () => {
    await put("out/stores.csv");
    await symlink("../out", join(folder, "linked"));

    for (const glob of [join(folder, "linked/*.csv"), `${folder}/../out/*.csv`])
      await expect(placesNamed(folder, [glob])).rejects.toMatchObject({ code: "file_refused" });
  });

  test("something, or it is an error", async () => {
    await expect(pathsOf("drops/*.gz")).rejects.toMatchObject({
      code: "file_not_found",
      message: expect.stringMatching(/no file is called so, or matches it$/),
    });
  });
});

test.each(["stores[1].csv", "stores*.csv", "stores{a,b}.csv", "(stores).csv"])(
  "a file that is called like a glob is that file: %s",
  async (name) => {
    await put(name, "stores1.csv", "storesa.csv");
    expect(await pathsOf(name)).toEqual([name]);
  },
);

test("links that lead in circles are met, and do not keep a glob from its end", async () => {
  await put("a/stores.csv");
  await symlink("..", join(base, "a", "up"));
  expect(await pathsOf("a/**/stores.csv")).toContain("a/stores.csv");
});
