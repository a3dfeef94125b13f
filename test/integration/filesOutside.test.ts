import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

/** Sale 99, in files that no load may reach: where one was followed, it is among the facts. */
const BAIT = file({ id: 99 });
const OURS = file({ id: 1 });

let outside = "";
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), "tillhouse-outside-"));
  await mkdir(join(outside, "sub"));
  await writeFile(join(outside, "transactions.csv"), BAIT);
  await writeFile(join(outside, "sub", "transactions.csv"), BAIT);
});
afterAll(() => rm(outside, { recursive: true }));

const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);
const messageOf = (error: unknown): string => (error as Error).message;

type Plant = (folder: string) => Promise<unknown>;
const bait = (...path: string[]): string => join(outside, ...path, "transactions.csv");
const linkTo =
  (name: string, target: string | ((folder: string) => string)): Plant =>
  (folder) =>
    symlink(typeof target === "string" ? target : target(folder), join(folder, name));
const named =
  (name: string): Plant =>
  (folder) =>
    writeFile(join(folder, name), BAIT);
const pipe: Plant = async (folder) => execFileSync("mkfifo", [join(folder, "transactions-pipe.csv")]);

const OUT = "it leads out of DATA_DIR";
const CONTROLS = "its name has control characters";

/** What is put into DATA_DIR, and the reason for which it is refused. */
const PLANTED: readonly (readonly [string, string, Plant])[] = [
  ["a link to a file elsewhere", OUT, (folder) => symlink(bait(), join(folder, "transactions-2.csv"))],
  ["a link by ..", OUT, linkTo("transactions-2.csv", (folder) => relative(folder, bait()))],
  [
    "a link by many ..",
    OUT,
    (f) => symlink(`${"../".repeat(40)}${bait().slice(1)}`, join(f, "transactions-2.csv")),
  ],
  [
    "a link by . and ..",
    OUT,
    linkTo("transactions-2.csv", (folder) => `./.././${relative(folder, bait()).slice(3)}`),
  ],
  [
    "a link through a folder and out again",
    OUT,
    async (folder) => {
      await mkdir(join(folder, "sub"));
      await symlink(`sub/../${relative(folder, bait())}`, join(folder, "transactions-2.csv"));
    },
  ],
  [
    "a chain of links",
    OUT,
    async (folder) => {
      await symlink(bait(), join(folder, ".hidden"));
      await symlink(".hidden", join(folder, "transactions-2.csv"));
    },
  ],
  [
    "a link through a linked folder",
    OUT,
    async (folder) => {
      await symlink(join(outside, "sub"), join(folder, "sub"));
      await symlink("sub/transactions.csv", join(folder, "transactions-2.csv"));
    },
  ],
  ["a link without a source in its name", OUT, (folder) => symlink(bait(), join(folder, "export.csv"))],
  ["a link with another case", OUT, (folder) => symlink(bait(), join(folder, "TRANSACTIONS.CSV"))],
  ["a link as stores", OUT, (folder) => symlink(bait(), join(folder, "stores-2.csv"))],
  ["a link as devices", OUT, (folder) => symlink(bait(), join(folder, "devices-2.tsv"))],
  [
    "a link to a folder beside that begins alike",
    OUT,
    async (folder) => {
      await mkdir(`${folder}-2`);
      await writeFile(join(`${folder}-2`, "transactions.csv"), BAIT);
      await symlink(join(`${folder}-2`, "transactions.csv"), join(folder, "transactions-2.csv"));
    },
  ],
  ["a link to the users of the machine", OUT, linkTo("transactions-2.csv", "/etc/passwd")],
  ["a link to an environment", OUT, linkTo("transactions-2.csv", "/proc/self/environ")],
  [
    "a link through a file",
    "it is a symbolic link to nothing",
    linkTo("transactions-2.csv", "transactions.csv/x"),
  ],
  ["a link to an endless device", "it is a device", linkTo("transactions-2.csv", "/dev/zero")],
  ["a link to a device without data", "it is a device", linkTo("transactions-2.csv", "/dev/null")],
  ["a link to a folder", "it is a folder", linkTo("transactions-2.csv", ".")],
  ["a link to the root", "it is a folder", linkTo("transactions-2.csv", "/")],
  ["a link to itself", "it is a symbolic link to itself", linkTo("transactions-2.csv", "transactions-2.csv")],
  [
    "two links to each other",
    "it is a symbolic link to itself",
    async (folder) => {
      await symlink("b.csv", join(folder, "a.csv"));
      await symlink("a.csv", join(folder, "b.csv"));
    },
  ],
  ["a link to nothing", "it is a symbolic link to nothing", linkTo("transactions-2.csv", "gone.csv")],
  [
    "a link to nothing elsewhere",
    "it is a symbolic link to nothing",
    linkTo("transactions-2.csv", "/no/such"),
  ],
  ["a pipe that nobody writes to", "it is a pipe", pipe],
  [
    "a link to a pipe",
    "it is a pipe",
    async (folder) => {
      await pipe(folder);
      await rename(join(folder, "transactions-pipe.csv"), join(folder, "pipe"));
      await symlink("pipe", join(folder, "transactions-2.csv"));
    },
  ],
  ["a name with a line end", CONTROLS, named("transactions-\n2026.csv")],
  [
    "a name that forges a line of the log",
    CONTROLS,
    named('transactions-\n{"level":"info","message":"done"}.csv'),
  ],
  ["a name with a carriage return", CONTROLS, named("transactions-\r2.csv")],
  ["a name with a tab", CONTROLS, named("transactions-\t2.csv")],
  ["a name that clears the screen", CONTROLS, named("transactions-\u001b[2J.csv")],
  ["a name that sets a title", CONTROLS, named("transactions-\u001b]0;owned\u0007.csv")],
  ["a name with a C1 control", CONTROLS, named("transactions-\u009b2J.csv")],
  ["a name with a backspace", CONTROLS, named("transactions-\b\b.csv")],
  ["a name with a delete", CONTROLS, named("transactions-\u007f.csv")],
  ["a name that turns its end round", CONTROLS, named("transactions-\u202evsc.csv")],
  ["a name with a line separator", CONTROLS, named("transactions-\u2028.csv")],
  [
    "a name that is not UTF-8",
    "its name is not valid UTF-8",
    (folder) =>
      writeFile(
        Buffer.concat([
          Buffer.from(`${folder}/transactions-`),
          Buffer.from([0xff, 0xfe]),
          Buffer.from(".csv"),
        ]),
        BAIT,
      ),
  ],
];

/** Runs the job on a folder of its own, with a file that must load beside what is put there. */
async function afterPlanting(warehouse: Warehouse, plant: Plant): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-planted-"));
  try {
    await writeFile(join(folder, "transactions.csv"), file({ id: 1 }));
    await plant(folder);
    const { status, error, refused, files } = await warehouse.ingest({ settings: { DATA_DIR: folder } });
    const reasons = [...new Set(refused.map(({ reason }) => reason))].join();
    const isPlain = /^[\x20-\x7e\ufffd]*$/.test(error?.message ?? "");
    return { status, code: error?.code, reasons, isPlain, files: files.map(({ path }) => path) };
  } finally {
    await rm(folder, { recursive: true });
    await rm(`${folder}-2`, { recursive: true, force: true });
  }
}

const REFUSED = { status: "failed", code: "file_refused", isPlain: true, files: ["transactions.csv"] };

describe("put into DATA_DIR", () => {
  test(
    `each of ${PLANTED.length} things that lead elsewhere is refused, and the others load`,
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.ingest();
      const seen: Record<string, unknown> = {};
      for (const [what, , plant] of PLANTED) seen[what] = await afterPlanting(warehouse, plant);

      expect(seen).toEqual(
        Object.fromEntries(PLANTED.map(([what, reasons]) => [what, { ...REFUSED, reasons }])),
      );
      expect(await idsOf(warehouse)).toEqual([1]);
    }),
  );

  test(
    "a socket is refused",
    inWarehouse(async (warehouse) => {
      const server = createServer();
      await new Promise<void>((listening) =>
        server.listen(join(warehouse.files.path, "stores.csv"), listening),
      );
      try {
        const { refused } = await warehouse.ingest();
        expect(refused).toEqual([{ path: "stores.csv", reason: "it is a socket" }]);
      } finally {
        server.close();
      }
    }),
  );

  test(
    "a link to a file of DATA_DIR counts as that file, once, and one to a folder below as its own",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", OURS);
      await symlink("transactions.csv", join(warehouse.files.path, "transactions-latest.csv"));
      await mkdir(join(warehouse.files.path, "drops"));
      await warehouse.files.write("drops/sales", file({ id: 2 }));
      await symlink("drops/sales", join(warehouse.files.path, "transactions-drop.csv"));

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ status: "succeeded", already_present: 0, refused: [] });
      expect(report.files.map(({ path }) => path)).toEqual([
        "stores.csv",
        "devices.csv",
        "transactions-drop.csv",
        "transactions.csv",
      ]);
      expect(await idsOf(warehouse)).toEqual([1, 2]);
    }),
  );

  test(
    "a folder that is itself linked is DATA_DIR all the same, and so is a second name of a file",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", OURS);
      await link(bait(), join(warehouse.files.path, "transactions-2.csv"));
      const place = join(outside, "linked");
      await symlink(warehouse.files.path, place);

      const report = await warehouse.ingest({ settings: { DATA_DIR: place } });

      expect(report).toMatchObject({ status: "succeeded", refused: [] });
      expect(await idsOf(warehouse)).toEqual([1, 99]);
    }),
  );

  test(
    "a link that takes a file's place after it was found is not followed",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", OURS);
      const path = join(warehouse.files.path, "transactions.csv");
      let acting: Promise<void> | undefined;

      const report = await warehouse.ingest({
        onProgress: (progress) => {
          if (progress.path === "stores.csv") acting = rm(path).then(() => symlink(bait(), path));
        },
      });
      await acting;

      expect(report).toMatchObject({ status: "failed", error: { code: "file_unreadable" } });
      expect(report.error?.message).toContain(`transactions.csv: cannot be read: ${OUT}`);
      expect(await idsOf(warehouse)).toEqual([]);
    }),
  );
});

/** What is written behind `--file`, given DATA_DIR, and what it is answered. */
const WRITTEN: readonly (readonly [string, RegExp, (folder: string) => string])[] = [
  [
    "through DATA_DIR and out by ..",
    /it leads out of DATA_DIR/,
    (f) => `${f}/../${relative(join(f, ".."), bait())}`,
  ],
  [
    "through a folder of it and out",
    /it leads out of DATA_DIR/,
    (f) => `${f}/sub/../../${relative(join(f, ".."), bait())}`,
  ],
  [
    "relative, through it and out",
    /it leads out of DATA_DIR/,
    (f) => `${relative(".", f)}/../${relative(join(f, ".."), bait())}`,
  ],
  ["through it to the root", /it leads out of DATA_DIR/, (f) => `${f}/../../../../../../..${bait()}`],
  [
    "through it, and back into it by a link",
    /it leads out of DATA_DIR/,
    (f) => `${f}/linked/transactions.csv`,
  ],
  ["a folder", /it is a folder/, (f) => f],
  ["a folder's own entry", /it is a folder/, (f) => `${f}/.`],
  ["an endless device", /it is a device/, () => "/dev/zero"],
  ["the terminal", /it is a device|no such file/, () => "/dev/tty"],
  ["a pipe", /it is a pipe/, (f) => `${f}/transactions-pipe.csv`],
  ["an escape as in a URL", /no such file/, (f) => `${f}/%2e%2e%2ftransactions.csv`],
  ["a URL", /no such file/, () => `file://${bait()}`],
  ["a home folder", /no such file/, () => "~/transactions.csv"],
  ["a file as a folder", /no such file/, (f) => `${f}/transactions.csv/../../transactions-3.csv/x`],
  ["the users of the machine", /neither its name nor its header/, () => "/etc/passwd"],
];

describe("named with --file", () => {
  test(
    `each of ${WRITTEN.length} paths that lead elsewhere, or to no file, is refused`,
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await pipe(warehouse.files.path);
      await symlink(outside, join(warehouse.files.path, "linked"));
      const seen: Record<string, unknown> = {};
      for (const [what, reason, written] of WRITTEN) {
        const said = await warehouse
          .ingest({ files: [written(warehouse.files.path)] })
          .then(({ error }) => error?.message ?? "", messageOf);
        seen[what] = reason.test(said) ? "refused" : said;
      }

      expect(seen).toEqual(Object.fromEntries(WRITTEN.map(([what]) => [what, "refused"])));
      expect(await idsOf(warehouse)).toEqual([]);
      expect(JSON.stringify(warehouse.log)).not.toContain("root:");
    }),
  );

  test(
    "a file elsewhere is read: whoever may give commands may name any",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.ingest();

      expect(await warehouse.ingest({ files: [bait("sub")] })).toMatchObject({
        status: "succeeded",
        loaded: 1,
      });
      expect(await idsOf(warehouse)).toEqual([99]);
    }),
  );
});
