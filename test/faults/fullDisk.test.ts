import { execFileSync } from "node:child_process";
import { cp, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import { eventually } from "../processes/eventually.ts";
import { run, start, type Environment } from "../processes/programs.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "../processes/workplace.ts";
import { faultTally } from "./harness/faultTally.ts";
import { judge } from "./harness/oracle.ts";
import { secondsSince } from "./harness/recovery.ts";
import { FEW_ROWS, ROWS_FOR_THREADS, sharedFiles } from "./harness/sharedFiles.ts";
import { NO_SMALL_DISK, withSmallDisk, type SmallDisk } from "./harness/smallDisk.ts";
import { numbered, trials } from "../fixtures/trials.ts";

jest.setTimeout(300_000);

const TRIALS = trials({ quick: 1, all: 5 });
const DISK_MB = 256;
const NO_ROOM = /No space left on device/;

const files = sharedFiles(trials({ quick: FEW_ROWS, all: ROWS_FOR_THREADS }));
const settingsOf = (stateDir: string): Environment => ({
  ...files().into(""),
  DATABASE_URL: undefined,
  STATE_DIR: stateDir,
  CHUNK_RECORDS: "5000",
});

/** A workplace whose server runs, and whose tables are on the disk, which has hardly any room left. */
async function withFullTables(disk: SmallDisk): Promise<Workplace> {
  const { stateDir: migrated, ...place } = await migratedWorkplace();
  const stateDir = join(disk.path, "state");
  await cp(migrated, stateDir, { recursive: true });
  await holdServer({ ...place, stateDir });
  await disk.fill(500_000);
  return { ...place, stateDir };
}

/**
 * One whose write-ahead log is on the disk, and in its last segment: without room for another one the server cannot go on,
 * and stops.
 */
async function withFullLog(disk: SmallDisk): Promise<Workplace> {
  const place = await migratedWorkplace();
  // Whoever the server runs as owns its files from then on.
  await run(["runs"], place.environment);
  const log = join(place.stateDir, "postgres", "data", "pg_wal");
  const elsewhere = join(disk.path, "pg_wal");
  execFileSync("cp", ["-a", log, elsewhere]);
  await rm(log, { recursive: true });
  await symlink(elsewhere, log);
  const url = await holdServer(place);
  await disk.fill(0);
  const [written] = await query<{ current: string }>(
    url,
    "SELECT pg_walfile_name(pg_current_wal_lsn()) AS current",
  );
  const unused = (await readdir(elsewhere)).filter(
    (name) => /^[0-9A-F]{24}$/.test(name) && name > (written?.current ?? ""),
  );
  for (const segment of unused) {
    // Something has to be written to a segment before it can be left.
    await query(url, "SELECT pg_logical_emit_message(false, 'fault', $1)", [segment]);
    await query(url, "SELECT pg_switch_wal()");
  }
  // Of the 16 MB of the last one, 2 MB are left.
  await query(
    url,
    `SELECT pg_logical_emit_message(false, 'fault', repeat('x', greatest(0, (14 << 20) - file_offset)))
     FROM pg_walfile_name_offset(pg_current_wal_insert_lsn())`,
  );
  return place;
}

const factsIn = async (url: string): Promise<number> => {
  const [count] = await query<{ facts: number }>(
    url,
    "SELECT count(*)::integer AS facts FROM ingestion_layer.fct_transactions",
  );
  return count?.facts ?? 0;
};

if (NO_SMALL_DISK !== undefined) {
  test.skip(`no disk is filled: ${NO_SMALL_DISK}`, () => undefined);
} else {
  const FULL = [
    ["its tables", withFullTables],
    ["its write-ahead log", withFullLog],
  ] as const;
  describe.each(FULL.slice(trials({ quick: 1, all: 0 })))(
    "a database without room for %s",
    (what, prepare) => {
      const tally = faultTally(`disk full: ${what.replace("its", "the database's")}`);

      test.each(numbered(TRIALS))(
        "makes a run wait, which goes on by itself when there is room (%d)",
        async () => {
          await withSmallDisk(DISK_MB, async (disk) => {
            const place = await prepare(disk);
            const load = start("cli", ["ingest", "--json"], settingsOf(place.stateDir));
            await load.untilItSays(NO_ROOM);
            await pause(Math.random() * 2_000);
            await disk.makeRoom();
            const well = performance.now();
            const { exitCode, stderr } = await load.ended;
            const seconds = secondsSince(well);
            const stuck = exitCode === 0 ? [] : [`the run did not go on by itself:\n${stderr}`];
            const verdict = await judge(await holdServer(place), files().expected, seconds);
            await expect(run(["stop"], settingsOf(place.stateDir))).resolves.toMatchObject({ exitCode: 0 });
            tally.add({ ...verdict, stuck: [...stuck, ...verdict.stuck] });
          });
        },
      );
    },
  );

  describe("a database that stays full for longer than a run has patience", () => {
    const tally = faultTally("disk full for longer than a run tries");

    trials({ quick: test.skip, all: test }).each(numbered(TRIALS))(
      "fails each run with the reason, until there is room (%d)",
      async () => {
        await withSmallDisk(DISK_MB, async (disk) => {
          const place = await withFullTables(disk);
          const settings = { ...settingsOf(place.stateDir), RETRY_MS: "0", INGEST_CRON: "* * * * * *" };
          const daemon = start("scheduler", [], settings);
          await daemon.untilItSays(/database_full(.|\n)*database_full/);
          expect(daemon.said()).toMatch(/no room left on its disk .*Make room there/);
          await disk.makeRoom();
          const well = performance.now();
          const url = await holdServer(place);
          await eventually(
            "all is loaded",
            async () => (await factsIn(url)) === files().expected.facts.length,
          );
          await daemon.untilItSays(/"status":"succeeded"/);
          const seconds = secondsSince(well);
          daemon.child.kill("SIGTERM");
          await expect(daemon.ended).resolves.toMatchObject({ exitCode: 0 });
          const verdict = await judge(url, files().expected, seconds);
          await expect(run(["stop"], settings)).resolves.toMatchObject({ exitCode: 0 });
          tally.add(verdict);
        });
      },
    );
  });

  describe("a disk without room for the embedded server", () => {
    const tally = faultTally("disk full: STATE_DIR, on the first day");

    test.each(numbered(TRIALS))(
      "fails its first command with the reason; the next one makes it (%d)",
      async () => {
        // 5 MB: making it fails; 42 MB: applying its migrations does.
        for (const leave of trials({ quick: [5_000_000], all: [5_000_000, 42_000_000] })) {
          await withSmallDisk(DISK_MB, async (disk) => {
            await disk.fill(leave);
            const stateDir = join(disk.path, "state");
            const first = await run(["ingest", "--json"], settingsOf(stateDir));
            expect(first.exitCode).toBe(1);
            expect(first.stderr).toMatch(NO_ROOM);
            await disk.makeRoom();
            const well = performance.now();
            await expect(run(["ingest", "--json"], settingsOf(stateDir))).resolves.toMatchObject({
              exitCode: 0,
            });
            const seconds = secondsSince(well);
            const place = { folder: disk.path, stateDir, dataDir: "", environment: {} };
            const verdict = await judge(await holdServer(place), files().expected, seconds);
            await run(["stop"], settingsOf(stateDir));
            tally.add(verdict);
          });
        }
      },
    );
  });
}
