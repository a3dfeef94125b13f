import { expect, jest, test } from "@jest/globals";
import { createFactViews } from "../fixtures/factViews.ts";
import {
  deviceRecords,
  devicesFile,
  storesFile,
  transactionRecords,
  TRANSACTIONS_HEADER,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { faultTally } from "./harness/faultTally.ts";
import { numbered, trials } from "../fixtures/trials.ts";
import { fieldsOf, SalesModel, type Place, type Sale, type State } from "./salesModel.ts";
import { SINGLE_VIEWS, SnapshotReader } from "./snapshotReader.ts";
import { onServer } from "../fixtures/testRun.ts";

jest.setTimeout(3_600_000);

const LOADS = trials({ quick: 12, all: 1_000 });
const READERS = 2;
/** Views by themselves after each snapshot of all. */
const SINGLES = 5;
/** At most ten of each, so that the views of the first ten show all. */
const STORES = 8;
const SKUS = 9;
const tally = faultTally("readers beside loads");

const random = (below: number): number => Math.floor(Math.random() * below);
const DAY_MS = 86_400_000;

/** Files that grow from load to load, and what the warehouse must say after each commit that this brings about. */
class GrowingFiles {
  readonly #model = new SalesModel();
  readonly #warehouse: Warehouse;
  #devices = 0;
  #lastId = 100;
  #file = 0;
  /** Sales of the file that grows now: only its own later lines correct them. */
  #ofFile: Sale[] = [];

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** Writes the places, and gives the states of their load. */
  async begin(): Promise<State[]> {
    const { files } = this.#warehouse;
    await files.write("stores.csv", storesFile(...numbered(STORES).map((id) => ({ id }))));
    await files.write("devices.csv", devicesFile());
    const before = this.#model.state();
    return [before, this.#model.storesCommit(STORES), await this.#addDevices(5)];
  }

  /** Lets files grow, and gives the states of the load that comes: one for each of its commits. */
  async grow(load: number): Promise<State[]> {
    const states: State[] = [];
    if (load % 3 === 0) {
      // One of these is what the sales of the load before wait for.
      states.push(await this.#addDevices(1));
      const state = this.#model.waitingCommit();
      if (state !== undefined) states.push(state);
    }
    const begins = load % 5 === 1;
    if (begins) {
      this.#file += 1;
      this.#ofFile = [];
    }
    const sales = [...numbered(1 + random(8)).map(() => this.#sale()), ...this.#corrections()];
    if (load % 3 === 2) sales.push(...numbered(3).map(() => this.#sale(this.#devices + 1)));
    // A correction that has to wait: it takes a sale from where it was only when its device comes.
    const moved = this.#ofFile.shift();
    if (load % 3 === 2 && moved !== undefined && !sales.some(({ id }) => id === moved.id))
      sales.push({ ...this.#sale(this.#devices + 1), id: moved.id });
    this.#ofFile = this.#ofFile.filter(({ id }) => !sales.some((sale) => sale.id === id));
    this.#ofFile.push(...sales.filter(({ device }) => device <= this.#devices));
    const text = transactionRecords(...sales.map(fieldsOf));
    const name = `transactions-${this.#file}.csv`;
    if (begins) await this.#warehouse.files.write(name, TRANSACTIONS_HEADER + text);
    else await this.#warehouse.files.append(name, text);
    states.push(this.#model.salesCommit(sales));
    return states;
  }

  async #addDevices(count: number): Promise<State> {
    const devices = new Map<number, Place>();
    for (let added = 0; added < count; added += 1) {
      this.#devices += 1;
      devices.set(this.#devices, { store: 1 + random(STORES), type: 1 + random(3) });
    }
    const records = [...devices].map(([id, { store, type }]) => deviceRecords({ id, store_id: store, type }));
    await this.#warehouse.files.append("devices.csv", records.join(""));
    return this.#model.devicesCommit(devices);
  }

  #sale(device = 1 + random(this.#devices)): Sale {
    this.#lastId += 1;
    return {
      id: this.#lastId,
      device,
      sku: `SKU-${random(SKUS)}`,
      cents: random(100_000),
      status: (["accepted", "accepted", "refused", "cancelled"] as const)[random(4)] ?? "accepted",
      // Later sales often happened earlier, so that first ones change.
      happenedAt: new Date(Date.UTC(2022, 1, 1) + random(40) * DAY_MS + random(86_400) * 1000),
    };
  }

  /** Later lines for some sales of the file that grows: mostly no longer accepted, so that rollups shrink. */
  #corrections(): Sale[] {
    return this.#ofFile.splice(0, random(4)).map((sale) => ({
      ...this.#sale(),
      id: sale.id,
      status: random(3) === 0 ? "accepted" : "cancelled",
    }));
  }
}

test(
  `readers beside ${LOADS} loads see, whatever they ask and whenever, exactly one committed state`,
  inWarehouse(async (warehouse) => {
    const { ingest, database } = warehouse;
    const { names } = await createFactViews(warehouse);
    const files = new GrowingFiles(warehouse);
    const committed: { states: State[]; done: number } = { states: [], done: 0 };
    const wrong: string[] = [];
    let isOver = false;
    let snapshots = 0;
    let singles = 0;
    const load = async (states: readonly State[]): Promise<void> => {
      // From now on they may be seen, and once the load has ended the last of them is.
      committed.states.push(...states);
      const run = await ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      if (run.status !== "succeeded") throw new Error(JSON.stringify(run));
      committed.done = committed.states.length - 1;
    };
    const read = () =>
      onServer(database.url, async (client) => {
        const reader = new SnapshotReader(client, names, committed);
        const note = (problem: string | undefined): void => {
          if (problem !== undefined) wrong.push(problem);
        };
        while (!isOver && wrong.length === 0) {
          note(await reader.readAll());
          snapshots += 1;
          for (let turn = 0; turn < SINGLES; turn += 1) {
            note(await reader.readOne(SINGLE_VIEWS[random(SINGLE_VIEWS.length)] ?? ""));
            singles += 1;
          }
        }
      });

    await load(await files.begin());
    const readers = numbered(READERS).map(read);
    try {
      for (let done = 1; done <= LOADS && wrong.length === 0; done += 1) await load(await files.grow(done));
    } finally {
      isOver = true;
      await Promise.all(readers);
    }
    tally.note(
      `${LOADS} loads, ${committed.states.length} commits; ${snapshots} snapshots of all, ${singles} views by themselves`,
    );
    for (let read = 0; read < snapshots + singles - wrong.length; read += 1)
      tally.add({ lost: 0, doubled: 0, stuck: [], recoverySeconds: null });
    if (wrong.length > 0) tally.add({ lost: 0, doubled: 0, stuck: wrong, recoverySeconds: null });
    // Else nothing was proved.
    expect(snapshots).toBeGreaterThan(LOADS / 4);
  }),
);
