import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import { CardSearch, markedCvv, numberedCard } from "../fixtures/cardSearch.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";
import { eventually } from "./eventually.ts";
import { holdLoads, serverUrl, type HeldLoads } from "./heldLoad.ts";
import { root, run, startCommand, type Program } from "./programs.ts";
import { postmasterIn } from "./serverProcesses.ts";
import { freshWorkplace, holdServer, migratedWorkplace, type Workplace } from "./workplace.ts";

jest.setTimeout(300_000);

/** Enough for threads to read the file, ahead of the chunk that is held. */
const SALES = 42_000;
const cards = Array.from({ length: SALES }, (_, index) => numberedCard(index));
const search = new CardSearch(cards);

/** Of these two, one aborts and one has Node write a report. */
const SIGNALS = ["SIGABRT", "SIGUSR2", "SIGSEGV", "SIGQUIT"] as const;

/** Why no core file can be looked for here. */
const NO_CORE_FILES =
  process.platform !== "linux"
    ? "core files are looked for on Linux only"
    : readFileSync("/proc/sys/kernel/core_pattern", "latin1").startsWith("|")
      ? "this system pipes cores to a program (core_pattern)"
      : undefined;
const testWithCores = NO_CORE_FILES === undefined ? test : test.skip;
/** What shows that the tests would find a dump is for `npm run test:faults`. */
const testOfTheTest = trials({ quick: test.skip, all: testWithCores });
const name = (text: string): string =>
  NO_CORE_FILES === undefined ? text : `${text} (skipped: ${NO_CORE_FILES})`;

/** What somebody may have set for all programs of Node: reports of every kind. */
const REPORTS =
  "--report-on-fatalerror --report-on-signal --report-uncaught-exception --report-signal=SIGUSR2";
/** Has a load break in ways in which only its own code can. */
const BREAKING = `data:text/javascript,${encodeURIComponent(`
  process.once("SIGHUP", () => { throw new Error("broken"); });
  process.once("SIGWINCH", () => { const kept = []; for (;;) kept.push(new Array(100000).fill(kept.length)); });
`)}`;
const GUARDED = join(root, "dist", "cli.js");
const INGEST_COMMAND = pathToFileURL(join(root, "dist", "src", "commands", "ingest.js")).href;

/** A load in the middle of its file, and the folders in which it could leave something: all empty but STATE_DIR. */
interface Scene {
  readonly place: Workplace;
  readonly cwd: string;
  readonly temporary: string;
  readonly held: HeldLoads;
  /** Starts a load that may write cores as large as it likes, and waits until it is held. */
  readonly heldLoad: (entry?: string) => Promise<Program>;
}

async function setScene(): Promise<Scene> {
  const place = await migratedWorkplace();
  const { folder, dataDir, environment, stateDir } = place;
  const [cwd, temporary] = [join(folder, "cwd"), join(folder, "tmp")];
  await mkdir(cwd);
  await mkdir(temporary);
  await writeFile(join(dataDir, "stores.csv"), storesFile({ id: 1 }));
  await writeFile(join(dataDir, "devices.csv"), devicesFile({ id: 1 }));
  await holdServer(place);
  // Stores and devices are there before: what is held is a chunk of transactions.
  expect((await run(["ingest", "--json"], environment)).exitCode).toBe(0);
  const sales = cards.map((card_number, index) => ({ id: index + 1, card_number, cvv: markedCvv(index) }));
  await writeFile(join(dataDir, "transactions.csv"), transactionsFile(...sales));
  const held = await holdLoads(await serverUrl(stateDir));
  const heldLoad = async (entry = GUARDED): Promise<Program> => {
    const node = [process.execPath, "--max-old-space-size=128", "--import", BREAKING, entry, "ingest"];
    const loader = startCommand("sh", ["-c", 'ulimit -c unlimited; exec "$@"', "sh", ...node], {
      environment: { ...environment, TMPDIR: temporary, WORKERS: "2", NODE_OPTIONS: REPORTS },
      cwd,
    });
    await held.untilOneWaits();
    return loader;
  };
  return { place, cwd, temporary, held, heldLoad };
}

/** What there is of dumps: none where all is well. */
async function dumpsIn({ place, cwd, temporary }: Scene): Promise<string[]> {
  const inState = (await readdir(place.stateDir, { recursive: true })).filter((path) =>
    /(^|\/)core(\.\d+)?$|\.heap(snapshot|profile)$|report\.\d+.*\.json$/.test(path),
  );
  return [...(await readdir(cwd)), ...(await readdir(temporary)), ...inState];
}

testWithCores(
  name("a load that breaks in the middle of a file of cards leaves no core, no report and no snapshot"),
  async () => {
    const scene = await setScene();
    // Out of memory, Node aborts by itself: the quick test of a signal.
    for (const signal of trials<readonly NodeJS.Signals[]>({ quick: [], all: SIGNALS })) {
      const loader = await scene.heldLoad();
      loader.child.kill(signal);
      expect(await loader.ended).toMatchObject({ exitCode: null, signal });
      expect(await dumpsIn(scene)).toEqual([]);
    }
    const uncaught = await scene.heldLoad();
    uncaught.child.kill("SIGHUP");
    expect((await uncaught.ended).exitCode).toBe(1);

    const outOfMemory = await scene.heldLoad();
    outOfMemory.child.kill("SIGWINCH");
    const ended = await outOfMemory.ended;
    expect(ended.stderr).toContain("JavaScript heap out of memory");
    expect(ended.signal).toBe("SIGABRT");
    expect(await dumpsIn(scene)).toEqual([]);

    // This one would open Node's debugger. The load goes on to its end.
    const asked = await scene.heldLoad();
    asked.child.kill("SIGUSR1");
    await scene.held.letGo();
    const { exitCode, stderr } = await asked.ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("Debugger") });
    expect(await dumpsIn(scene)).toEqual([]);
    expect(await search.inFolder(scene.place.stateDir)).toEqual({});
  },
);

testOfTheTest(
  name("the same load without its guard leaves a report, and a core with cards in it"),
  async () => {
    const scene = await setScene();
    const unguarded = join(scene.place.folder, "unguarded.mjs");
    await writeFile(
      unguarded,
      `import { ingestCommand } from ${JSON.stringify(INGEST_COMMAND)};\nawait ingestCommand({ file: [] });\n`,
    );
    const loader = await scene.heldLoad(unguarded);
    loader.child.kill("SIGUSR2");
    await eventually("a report is written", async () =>
      (await readdir(scene.cwd)).some((file) => file.endsWith(".json")),
    );
    loader.child.kill("SIGABRT");
    expect((await loader.ended).signal).toBe("SIGABRT");
    await scene.held.letGo();
    expect(await dumpsIn(scene)).toEqual([
      expect.stringMatching(/^core(\.\d+)?$/),
      expect.stringMatching(/^report\..*\.json$/),
    ]);
    expect(Object.keys(await search.inFolder(scene.cwd))).toEqual([expect.stringMatching(/\/core(\.\d+)?$/)]);
  },
);

const testOnLinux = process.platform === "linux" ? test : test.skip;

testOnLinux("the daemon and the server that it starts are guarded as well", async () => {
  const place = await freshWorkplace();
  const scheduler = join(root, "dist", "scheduler.js");
  const daemon = startCommand(
    "sh",
    ["-c", 'ulimit -c unlimited; exec "$@"', "sh", process.execPath, scheduler],
    { environment: place.environment },
  );
  await daemon.untilItSays(/waiting for the next run/);
  for (const pid of [daemon.child.pid ?? 0, postmasterIn(place.stateDir)]) {
    expect(await readFile(`/proc/${pid}/limits`, "utf8")).toMatch(/^Max core file size +0 +0 /m);
    expect((await readFile(`/proc/${pid}/coredump_filter`, "utf8")).trim()).toBe("00000000");
  }
  daemon.child.kill("SIGTERM");
  await expect(daemon.ended).resolves.toMatchObject({ exitCode: 0 });
});

describe("what would write or show memory, and cannot be switched off, ends a program as it starts", () => {
  const nowhere = { STATE_DIR: "/nowhere/at/all", DATA_DIR: "/nowhere/at/all" };

  test.each([
    [{ NODE_OPTIONS: "--max-old-space-size=512 --heapsnapshot-near-heap-limit=3" }, "NODE_OPTIONS"],
    [{ NODE_OPTIONS: "--heapsnapshot_signal=SIGUSR2" }, "NODE_OPTIONS"],
    [{ NODE_OPTIONS: "--abort-on-uncaught-exception" }, "NODE_OPTIONS"],
    [{ NODE_OPTIONS: "--inspect=127.0.0.1:0" }, "NODE_OPTIONS"],
    [{ NODE_DEBUG: "net,str*" }, "NODE_DEBUG"],
  ])("%j", async (environment, variable) => {
    for (const entry of ["cli", "scheduler"] as const) {
      const program = startCommand(
        process.execPath,
        [join(root, "dist", `${entry}.js`), ...(entry === "cli" ? ["ingest"] : [])],
        { environment: { ...nowhere, ...environment } },
      );
      const { exitCode, stderr } = await program.ended;
      expect(exitCode).toBe(2);
      expect(stderr).toContain("unsafe_node_options");
      expect(stderr).toContain(`Take it out of ${variable}`);
    }
  });

  test("on the command line of node", async () => {
    const program = startCommand(process.execPath, ["--heapsnapshot-near-heap-limit=1", GUARDED, "ingest"], {
      environment: nowhere,
    });
    await expect(program.ended).resolves.toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Start node without it"),
    });
  });
});
