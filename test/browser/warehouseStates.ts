import { expect } from "@jest/globals";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checks } from "../../jobs/checks.ts";
import { reconcile } from "../../src/scheduling/alerts/alerts.ts";
import { account } from "../../src/scheduling/jobSchedules.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { JobState } from "../../src/runs/jobState.ts";
import { withOther } from "../fixtures/otherConnection.ts";
import {
  devicesFile,
  MEGABYTE_OF_BLANK_LINES,
  storesFile,
  transactionsFile,
} from "../fixtures/sourceText.ts";
import type { Warehouse } from "../fixtures/warehouse.ts";
import { root } from "../processes/programs.ts";
import { eventually } from "../processes/eventually.ts";

/** A warehouse as somebody may find it, and how the jobs of its daemon stand. */
export interface WarehouseState {
  readonly jobs: readonly JobState[];
}

const JOBS = ["ingest", "verify", "freshness", "retention"];
const HOUR_MS = 3_600_000;

function jobsOf(changes: Partial<JobState> = {}): JobState[] {
  const now = systemClock.now();
  return JOBS.map((job, index) => ({
    ...{ job, accountedThrough: now, next: new Date(now.getTime() + (index + 1) * HOUR_MS), isPaused: false },
    ...{ isAway: false, runningSince: undefined, waitingSince: undefined },
    ...(job === "ingest" && changes),
  }));
}

/** Nothing was ever loaded. */
async function empty(_warehouse: Warehouse, look: Look): Promise<void> {
  await look({ jobs: jobsOf() });
}

/** The sample files are loaded, all checks passed. */
async function healthy(warehouse: Warehouse, look: Look): Promise<void> {
  const { database } = warehouse;
  for (const name of ["stores.csv", "devices.csv", "transactions.csv"])
    await copyFile(join(root, "data", name), join(warehouse.context().config.dataDir, name));
  await warehouse.ingest();
  await checks(warehouse.context(), { select: [] });
  const schedule = { name: "ingest", cron: "0 0 * * *", timezone: "Europe/Paris" };
  await account(database.pool, schedule, systemClock.now(), {
    ...{ catchUp: "last", mayEdit: true, isClockSure: true },
  });
  await look({ jobs: jobsOf() });
}

/** Records of many kinds were rejected, a run failed, a check found something, and alerts are open. */
async function failing(warehouse: Warehouse, look: Look): Promise<void> {
  const { files } = warehouse;
  const sample = await readFile(join(root, "data", "transactions.csv"), "utf8");
  const [header = "", ...records] = sample.split("\n");
  for (const name of ["stores.csv", "devices.csv"])
    await copyFile(join(root, "data", name), join(warehouse.context().config.dataDir, name));
  await files.write("transactions.csv", `${header}\n${records.slice(0, 400).join("\n")}\n`);
  await warehouse.ingest();
  await files.write(
    "transactions-2.csv",
    transactionsFile(
      { id: 900_001, device_id: 77_777 },
      { id: 900_002, amount: "much" },
      { id: 900_003, status: "maybe" },
      { id: 900_004, happened_at: "31/31/2022 09:00:00" },
      { id: 900_005, amount: "-3.00" },
      { id: 900_006, product_name: "" },
      ...Array.from({ length: 60 }, (_none, index) => ({ id: 901_000 + index })),
    ),
  );
  await warehouse.ingest();
  await files.write(
    "transactions-3.csv",
    transactionsFile(...Array.from({ length: 30 }, (_none, index) => ({ id: `x${index}`, amount: "?" }))),
  );
  await warehouse.ingest();
  await files.write(
    "checks.yaml",
    "models:\n  - name: fct_transactions\n    columns:\n      - name: amount\n        checks:\n          - not_null\n          - range: { max: 10 }\nsources:\n  - name: stores\n    row_count: { severity: warn }\n",
  );
  const settings = { CHECKS_FILE: join(warehouse.context().config.dataDir, "checks.yaml") };
  await checks(warehouse.context(settings), { select: [] });
  await reconcile(warehouse.database.pool, systemClock.now(), { rejectRatio: 0.05 });
  await look({ jobs: jobsOf({ waitingSince: systemClock.now(), next: systemClock.now() }) }, settings);
}

/** A load is at work: some of its transactions are committed, and others are to come. */
async function midLoad(warehouse: Warehouse, look: Look): Promise<void> {
  for (const name of ["stores.csv", "devices.csv"])
    await copyFile(join(root, "data", name), join(warehouse.context().config.dataDir, name));
  const [header = "", ...records] = (await readFile(join(root, "data", "transactions.csv"), "utf8")).split(
    "\n",
  );
  const parts = [0, 1, 2, 3].map((part) => `${records.slice(part * 300, (part + 1) * 300).join("\n")}\n`);
  await warehouse.files.write("transactions.csv", `${header}\n${parts.join(MEGABYTE_OF_BLANK_LINES)}`);
  const settings = { CHUNK_RECORDS: "100", WORKERS: "1" };
  let load: Promise<unknown> | undefined;
  try {
    await withOther(warehouse, async ({ run }) => {
      let committed = 0;
      const held = new Promise<void>((resolve, reject) => {
        load = warehouse.ingest({
          settings,
          onProgress: ({ path }) => {
            committed += path.includes("transactions") ? 1 : 0;
            if (committed === 1)
              run("LOCK TABLE aggregation_layer.rollup_days IN EXCLUSIVE MODE").then(() => {
                resolve();
              }, reject);
          },
        });
        load.catch(reject);
      });
      await held;
      // The chunk in hand waits for whoever holds the table.
      await eventually("the load waits", async () => {
        const [row] = await warehouse.rows<{ waits: boolean }>(
          "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS waits",
        );
        return row?.waits;
      });
      await look({ jobs: jobsOf({ runningSince: systemClock.now() }) });
    });
  } finally {
    await load;
  }
}

const LONG = "Long Street Emporium of Everything That Anybody Might Want ".repeat(6).slice(0, 300);
const HOSTILE = [
  `<script>document.title="owned"</script><img src=x onerror="alert(1)">`,
  "مخبز الحي القديم في وسط المدينة",
  "\u202egnp.exe \u2066 turned \u2069",
  "🧁🍰 Café Zürich 🏳️‍🌈 👩‍👩‍👧‍👦",
  LONG,
  "x".repeat(300),
  "'; DROP TABLE ingestion_layer.dim_stores; --",
  '=HYPERLINK("http://example.com")',
  "${7*7} {{7*7}} {b|c} {value}",
];

/** Names that try what names can try: markup, scripts, other directions, pictures, length. */
async function hostile(warehouse: Warehouse, look: Look): Promise<void> {
  const { files } = warehouse;
  const stores = HOSTILE.map((name, index) => ({
    ...{ id: index + 1, name, city: name, address: name },
    ...{ country: HOSTILE[(index + 1) % HOSTILE.length], typology: HOSTILE[(index + 2) % HOSTILE.length] },
  }));
  await files.write("stores <b>&amp;.csv", storesFile(...(stores as Parameters<typeof storesFile>)));
  await files.write(
    "devices.csv",
    devicesFile(...stores.map(({ id }) => ({ id, store_id: id, type: (id % 5) + 1 }))),
  );
  await files.write(
    "transactions.csv",
    transactionsFile(
      ...Array.from({ length: 90 }, (_none, index) => ({
        ...{ id: index + 1, device_id: (index % HOSTILE.length) + 1, amount: String(index + 1) },
        ...{
          product_name: HOSTILE[index % HOSTILE.length] ?? "",
          category_name: HOSTILE[(index + 3) % HOSTILE.length] ?? "",
        },
        ...{ product_sku: `${HOSTILE[index % HOSTILE.length]?.slice(0, 40) ?? ""}${index % HOSTILE.length}` },
      })),
      ...HOSTILE.map((name, index) => ({ id: 1_000 + index, status: name })),
      ...HOSTILE.map((name, index) => ({ id: 2_000 + index, device_id: 5_000 + index, product_name: name })),
    ),
  );
  const { files: loaded } = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
  // A state that is not what it is called would be looked at for nothing.
  expect(loaded.map((file) => [file.source, file.loaded])).toEqual([
    ["stores", HOSTILE.length],
    ["devices", HOSTILE.length],
    ["transactions", 90],
  ]);
  await checks(warehouse.context(), { select: [] });
  await look({ jobs: jobsOf() });
}

type Look = (state: WarehouseState, settings?: Readonly<Record<string, string>>) => Promise<void>;

/** Brings a warehouse into a state, has somebody look, and leads it out of it. */
export const STATES: Readonly<Record<string, (warehouse: Warehouse, look: Look) => Promise<void>>> = {
  empty,
  healthy,
  failing,
  "mid-load": midLoad,
  hostile,
};
