import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { contentsOf } from "../../../src/sources/dataFolder.ts";

let base = "";
let folder = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "tillhouse-folder-"));
  folder = join(base, "data");
  await mkdir(folder);
});
afterEach(() => rm(base, { recursive: true }));

async function put(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), "");
  }
}
const link = (path: string, target: string): Promise<void> => symlink(target, join(folder, path));
const found = async () => {
  const { places, refused } = await contentsOf(folder);
  return { paths: places.map(({ path }) => path), refused };
};

describe("DATA_DIR and the folders below it", () => {
  test("are searched for what data is called, hidden names left out", async () => {
    await put(
      "stores.csv",
      "2026-05-01/stores.csv.gz",
      "2026/05/02/a.ndjson",
      "b/notes.md",
      ".c/stores.csv",
      "d/.e.csv",
    );

    expect(await contentsOf(folder)).toMatchObject({
      places: [
        { path: "2026/05/02/a.ndjson", folder, absolutePath: join(folder, "2026/05/02/a.ndjson") },
        { path: "2026-05-01/stores.csv.gz" },
        { path: "stores.csv" },
      ],
      refused: [],
      closed: [],
    });
  });

  test("are searched once each, however links lead round in them", async () => {
    await put("a/b/stores.csv", ".hidden/c/devices.csv");
    await link("a/round", "..");
    await link("a/b/self", ".");
    await link("a/beside", "b");
    await link("current", ".hidden");
    await link("again", ".hidden/c");

    expect(await found()).toEqual({ paths: ["a/b/stores.csv", "again/devices.csv"], refused: [] });
  });

  test("are left by no link, of a folder or of a file in one", async () => {
    await mkdir(join(base, "data-2"));
    await writeFile(join(base, "data-2", "stores.csv"), "");
    await put("a/devices.csv");
    await link("out", "../data-2");
    await link("a/up", "../..");
    await link("a/stores.csv", "../../data-2/stores.csv");
    await link("a/nowhere", "gone");

    const reason = "it leads out of DATA_DIR";
    expect(await found()).toEqual({
      paths: ["a/devices.csv"],
      refused: [
        { path: "a/up", reason },
        { path: "out", reason },
        { path: "a/stores.csv", reason },
      ],
    });
  });

  test("give a file once that links in several of them lead to", async () => {
    await put("a/stores.csv", "b/sales");
    await link("stores.csv", "a/stores.csv");
    await link("a/transactions.csv", "../b/sales");

    expect(await found()).toEqual({ paths: ["a/stores.csv", "a/transactions.csv"], refused: [] });
  });

  test("are searched sixteen deep; what lies deeper is refused, not passed over", async () => {
    const deep = Array.from({ length: 16 }, () => "a").join("/");
    await put(`${deep}/stores.csv`, `${deep}/b/stores.csv`);

    expect(await found()).toEqual({
      paths: [`${deep}/stores.csv`],
      refused: [{ path: `${deep}/b`, reason: "it lies more than 16 folders deep in DATA_DIR" }],
    });
  });

  test("are refused where their names would forge a log, with what is in them", async () => {
    await put("a\nb/stores.csv");

    expect(await found()).toMatchObject({
      paths: [],
      refused: [{ reason: "its name has control characters" }],
    });
  });

  // Nothing is closed to root.
  (process.getuid?.() === 0 ? test.skip : test)("are named where this user may not read them", async () => {
    await put("a/stores.csv", "b/stores.csv");
    await chmod(join(folder, "a"), 0);
    try {
      expect(await contentsOf(folder)).toMatchObject({ places: [{ path: "b/stores.csv" }], closed: ["a"] });
    } finally {
      await chmod(join(folder, "a"), 0o700);
    }
  });

  test("are an error where there is none", async () => {
    await expect(contentsOf(join(base, "gone"))).rejects.toMatchObject({ code: "file_not_found" });
  });
});
