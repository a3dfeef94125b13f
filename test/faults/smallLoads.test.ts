import { expect, jest, test } from "@jest/globals";
import { spreadOf } from "../bench/measuring/statistics.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import {
  deviceRecords,
  devicesFile,
  storesFile,
  transactionRecords,
  transactionsFile,
} from "../fixtures/sourceText.ts";
import { withEmbeddedWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { faultTally } from "./harness/faultTally.ts";
import { numbered, trials } from "../fixtures/trials.ts";
import { bytesOf, FACT, HISTORY, serverFigures, type ServerFigures } from "./serverFigures.ts";

jest.setTimeout(7_200_000);

const LOADS = trials({ quick: 24, all: 10_000 });
const tally = faultTally("small loads, one after another");

const SALES = 5;
const STORES = 10;
const DEVICES = 20;
/** So many loaded files stay in the folder, where each run meets them; the oldest are put away, as people do. */
const FILES_LEFT = 200;
/** To this clock the files are old when they are opened, so that none is read a second time to make sure. */
const LATER = movedClock(3_600_000);
const JOURNAL = "transactions-journal.csv";

/** What a load may take, whatever came before it. Measured: see the note of the tally. */
const BOUNDS = {
  transactionIds: 24,
  /** Of what is written once, and of pages written whole after a checkpoint. */
  walBytes: 100_000,
  /** Rows of runs, steps, files and ranges, with their indexes: what a retention would remove. */
  historyBytes: 5_000,
  catalogueBytes: 24_000_000,
  /** Of a table that no load adds to, such as a counter or a rollup. */
  tableBytes: (live: number) => 400_000 + 500 * live,
  /** Until autovacuum comes, once a minute; it comes for a fifth of a table. */
  dead: (live: number) => 5_000 + 0.3 * live,
};

async function begin({ rows, files, ingest }: Warehouse): Promise<void> {
  // Nothing here has to outlive a power cut.
  await rows("ALTER ROLE CURRENT_USER SET synchronous_commit = off");
  await files.write("stores.csv", storesFile(...numbered(STORES).map((id) => ({ id }))));
  const places = numbered(DEVICES).map((id) => ({ id, store_id: 1 + (id % STORES), type: 1 + (id % 5) }));
  await files.write("devices.csv", devicesFile(...places));
  await files.write(JOURNAL, transactionsFile({ id: 1 }));
  expect(await ingest({ clock: LATER })).toMatchObject({ status: "succeeded", rejected: 0 });
}

/** What came of a load should be this. */
interface Expected {
  readonly loaded: number;
  readonly corrected: number;
  readonly rejected: number;
  readonly resolved: number;
}

/**
 * Files for one load after another: a new one with a few sales in each; in every tenth the journal grows by a correction
 * and a sale of a device that comes in the next.
 */
class SmallFiles {
  #lastId = 1000;
  #lastDevice = DEVICES;
  #load = 0;

  async add({ files }: Warehouse): Promise<Expected> {
    this.#load += 1;
    const load = this.#load;
    const at = new Date(Date.UTC(2022, 1, 1) + Math.floor(load / 20) * 86_400_000);
    const day = `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()} 09:00:00`;
    const sales = Array.from({ length: SALES }, (_, place) => ({
      id: this.#nextId(),
      device_id: 1 + ((load * SALES + place) % DEVICES),
      product_sku: `SKU-${place}`,
      amount: `${load % 97}.${10 + place}`,
      ...{ created_at: day, happened_at: day },
    }));
    await files.write(nameOf(load), transactionsFile(...sales));
    if (load > FILES_LEFT) await files.remove(nameOf(load - FILES_LEFT));
    const corrects = load % 10 === 0;
    if (corrects) {
      const waiting = { id: this.#nextId(), device_id: this.#lastDevice + 1 };
      await files.append(JOURNAL, transactionRecords({ id: 1, amount: `${load}.50` }, waiting));
    }
    const resolves = load % 10 === 1 && load > 1;
    if (resolves) {
      this.#lastDevice += 1;
      const store_id = 1 + (this.#lastDevice % STORES);
      await files.append("devices.csv", deviceRecords({ id: this.#lastDevice, store_id }));
    }
    return {
      loaded: SALES + (resolves ? 1 : 0),
      corrected: corrects ? 1 : 0,
      rejected: corrects ? 1 : 0,
      resolved: resolves ? 1 : 0,
    };
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

const nameOf = (load: number): string => `transactions-${load}.csv`;

/** What loads took, each. */
function perLoad(before: ServerFigures, after: ServerFigures, loads: number) {
  const historyBytes = bytesOf(after, HISTORY) - bytesOf(before, HISTORY);
  return {
    transactionIds: (after.transactionIds - before.transactionIds) / loads,
    walBytes: (after.walBytes - before.walBytes) / loads,
    historyBytes: historyBytes / loads,
    otherBytes:
      (after.databaseBytes - before.databaseBytes - historyBytes - factGrowth(before, after)) / loads,
  };
}

const factGrowth = (before: ServerFigures, after: ServerFigures): number =>
  after.factBytes - before.factBytes;

/** What grows that should not, a line each. */
function excesses(start: ServerFigures, middle: ServerFigures, end: ServerFigures, loads: number): string[] {
  const found: string[] = [];
  const atMost = (what: string, value: number, most: number): void => {
    if (value > most)
      found.push(`${what}: ${Math.round(value)}, and it should be at most ${Math.round(most)}`);
  };
  const each = perLoad(middle, end, loads / 2);
  atMost("transaction ids a load", each.transactionIds, BOUNDS.transactionIds);
  atMost("bytes of WAL a load", each.walBytes, BOUNDS.walBytes);
  atMost("bytes of history a load", each.historyBytes, BOUNDS.historyBytes);
  atMost("bytes of the catalogue", end.catalogueBytes, BOUNDS.catalogueBytes);
  atMost("its bytes, of those in the middle", end.catalogueBytes, 1.2 * middle.catalogueBytes + 2_000_000);
  // No staging is left behind.
  atMost("things in the catalogue", end.catalogueObjects, start.catalogueObjects);
  for (const { name, bytes, live, dead } of end.tables) {
    atMost(`dead rows of ${name}`, dead, BOUNDS.dead(live));
    if (name !== FACT && !HISTORY.includes(name)) atMost(`bytes of ${name}`, bytes, BOUNDS.tableBytes(live));
  }
  return found;
}

test(`${LOADS} small loads take each what one takes, and leave their rows and nothing else`, () =>
  withEmbeddedWarehouse(async (warehouse) => {
    const { rows, ingest, verify } = warehouse;
    await begin(warehouse);
    const files = new SmallFiles();
    const durations: number[] = [];
    const load = async (): Promise<void> => {
      const expected = await files.add(warehouse);
      const started = performance.now();
      const run = await ingest({ clock: LATER, settings: { LOG_LEVEL: "error", MAX_REJECT_RATIO: "1" } });
      durations.push(performance.now() - started);
      const sales = run.loaded + run.resolved;
      tally.add({
        lost: Math.max(0, expected.loaded + expected.resolved - sales),
        doubled: Math.max(0, sales - expected.loaded - expected.resolved),
        stuck: run.status === "succeeded" ? [] : [JSON.stringify(run)],
        recoverySeconds: null,
      });
      expect(run).toMatchObject(expected);
    };

    const start = await serverFigures(warehouse);
    let middle = start;
    for (let done = 1; done <= LOADS; done += 1) {
      await load();
      if (done === LOADS / 2) middle = await serverFigures(warehouse);
    }
    const end = await serverFigures(warehouse);
    const each = perLoad(middle, end, LOADS / 2);
    const dead = end.tables.reduce((sum, table) => sum + table.dead, 0);
    const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    const tenth = Math.ceil(LOADS / 10);
    tally.note(
      [
        `a load: ${each.transactionIds.toFixed(1)} xids, ${kB(each.walBytes)} WAL`,
        `${kB(each.historyBytes)} history, ${kB(factGrowth(middle, end) / (LOADS / 2))} facts, ${kB(each.otherBytes)} else`,
        `catalogue ${[start, middle, end].map((figures) => kB(figures.catalogueBytes)).join(" → ")}`,
        `dead rows at the end: ours ${dead}, the catalogue's ${end.catalogueDead}`,
        `ms a load: ${spreadOf(durations.slice(0, tenth)).median.toFixed(0)} → ${spreadOf(durations.slice(-tenth)).median.toFixed(0)}`,
      ].join("\n"),
    );
    expect(excesses(start, middle, end, LOADS)).toEqual([]);

    // Nothing holds vacuum back, so what is dead can go, by autovacuum as well.
    await rows("VACUUM");
    const vacuumed = await serverFigures(warehouse);
    expect(vacuumed.tables.filter((table) => table.dead > 0)).toEqual([]);
    expect(vacuumed.catalogueDead).toBe(0);
    expect(await verify()).toEqual([]);
  }));
