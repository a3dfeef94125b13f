import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { format, parse } from "fast-csv";
import type pg from "pg";
import { ANSWERS } from "../../src/aggregation/answers.ts";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { distributeDatabase, joinCluster, leaveCluster } from "../fixtures/citusDatabases.ts";
import { onServer, urlOfDatabase } from "../fixtures/testRun.ts";
import { makeInputFiles, SOURCE_FILES } from "./inputFiles.ts";
import { spreadOf } from "./measuring/statistics.ts";

/**
 * Loads the same files into the cluster that CITUS_URL names and into a database of its coordinator's server alone, the same
 * binaries with the same settings, one after the other; then corrects some, asks both the answers, and verifies. Prints one JSON
 * object: times in seconds, sizes in bytes, and the cluster's ÷ the one server's.
 */
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    corrected: { type: "string", default: "100000" },
    asks: { type: "string", default: "7" },
  },
});
const [rows, corrected, asks] = [values.rows, values.corrected, values.asks].map(Number) as [
  number,
  number,
  number,
];
const citusUrl = process.env["CITUS_URL"];

interface Sale {
  readonly amount: string;
}

interface Side {
  readonly load: number;
  readonly correct: number;
  readonly answers: number;
  readonly answer_from_facts: number;
  readonly verify: number;
  readonly fact_bytes: number;
  readonly index_bytes: number;
}

if (citusUrl === undefined) {
  process.stdout.write("bench:citus is skipped: CITUS_URL names no coordinator of a cluster\n");
} else {
  const files = await mkdtemp(join(tmpdir(), "tillhouse-citus-"));
  try {
    const { folder } = await makeInputFiles(files, { rows }, new AbortController().signal);
    const cluster = await measure(citusUrl, "tillhouse_bench_cluster", folder, true);
    const single = await measure(citusUrl, "tillhouse_bench_single", folder, false);
    const names = Object.keys(cluster) as (keyof Side)[];
    const ratios = Object.fromEntries(names.map((name) => [name, round(cluster[name] / single[name])]));
    process.stdout.write(`${JSON.stringify({ rows, corrected, cluster, single, ratios }, null, 2)}\n`);
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

async function measure(url: string, name: string, files: string, isCluster: boolean): Promise<Side> {
  const own = urlOfDatabase(url, name);
  const drop = async (): Promise<void> => {
    await onServer(url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    await leaveCluster(url, name);
  };
  await drop();
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-citus-data-"));
  const dataDir = join(folder, "data");
  const run = (...args: string[]) => program(args, own, dataDir, join(folder, "state"));
  try {
    await mkdir(dataDir);
    await onServer(url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
    await run("migrate");
    if (isCluster) {
      await joinCluster(url, name);
      await distributeDatabase(own);
    }
    for (const file of SOURCE_FILES) await cp(join(files, file), join(dataDir, file));
    const load = await run("ingest", "--json");
    await writeCorrections(join(files, "transactions.csv"), join(dataDir, "transactions-corrected.csv"));
    const correct = await run("ingest", "--json");
    const asked = await onServer(own, async (client) => ({
      answers: await secondsOf(() => askAll(client)),
      answer_from_facts: await secondsOf(() =>
        client.query("SELECT * FROM aggregation_layer.top_10_stores_by_amount_as_was"),
      ),
      ...(await sizesOf(client, isCluster)),
    }));
    const verify = await run("verify");
    return { load, correct, verify, ...asked };
  } finally {
    await drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns how long a built program takes, in seconds */
async function program(
  args: readonly string[],
  url: string,
  dataDir: string,
  stateDir: string,
): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(projectRoot, "dist", "cli.js"), ...args], {
    cwd: tmpdir(),
    env: {
      ...{ PATH: process.env["PATH"], DATABASE_URL: url, DATA_DIR: dataDir, STATE_DIR: stateDir },
      ...{ SETTLE_MS: "0", CARD_TOKEN_KEY: "0123456789abcdef".repeat(4), LOG_LEVEL: "warn" },
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [exitCode] = (await once(child, "exit")) as [number | null];
  if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${String(exitCode)}`);
  return round((performance.now() - started) / 1000);
}

/** The first records once more, each with another amount. */
async function writeCorrections(from: string, to: string): Promise<void> {
  await pipeline(
    createReadStream(from),
    parse<Sale, Sale>({ headers: true, maxRows: corrected }),
    format<Sale, Sale>({ headers: true, includeEndRowDelimiter: true }).transform((sale: Sale) => ({
      ...sale,
      amount: (Number(sale.amount) + 1).toFixed(2),
    })),
    createWriteStream(to),
  );
}

async function askAll(client: pg.Client): Promise<void> {
  for (const view of Object.keys(ANSWERS)) await client.query(`SELECT * FROM aggregation_layer.${view}`);
}

/** The median of `asks`, in seconds. */
async function secondsOf(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < asks; time += 1) {
    const started = performance.now();
    await ask();
    times.push((performance.now() - started) / 1000);
  }
  return round(spreadOf(times).median);
}

async function sizesOf(
  client: pg.Client,
  isCluster: boolean,
): Promise<Pick<Side, "fact_bytes" | "index_bytes">> {
  const fact = "'ingestion_layer.fct_transactions'";
  const { rows: sizes } = await client.query<{ fact: string; all: string }>(
    isCluster
      ? `SELECT citus_relation_size(${fact}) AS fact, citus_total_relation_size(${fact}) AS all`
      : `SELECT pg_relation_size(${fact}) AS fact, pg_total_relation_size(${fact}) AS all`,
  );
  const [size] = sizes;
  if (size === undefined) throw new Error("the fact has no size");
  return {
    fact_bytes: round(Number(size.fact) / rows),
    index_bytes: round((Number(size.all) - Number(size.fact)) / rows),
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
