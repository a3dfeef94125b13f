import { join } from "node:path";
import type { InputFiles } from "../inputFiles.ts";
import type { Database } from "../server/databases.ts";
import type { MeasuredProcess } from "../measuring/measuredProcess.ts";
import { withClient } from "../server/benchServer.ts";
import type { MeasuredLoad, Side, Workshop } from "./side.ts";
import { runTillhouse } from "./tillhouseProgram.ts";

/** What `ingest --json` says, as far as the bench needs it. */
export interface IngestSummary {
  readonly status: string;
  readonly duration_ms: number;
  readonly rejected: number;
  readonly files: readonly { readonly source: string; readonly loaded: number; readonly corrected: number }[];
}

/** Settings of the program, each of them the bench's own. */
export function tillhouseEnvironment(
  workshop: Workshop,
  folder: string,
  database: Database,
): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    STATE_DIR: join(workshop.folder, "state"),
    CARD_TOKEN_KEY: workshop.cardTokenKey,
    ...(workshop.workers !== undefined && { WORKERS: String(workshop.workers) }),
  };
}

/**
 * One run of `ingest`, which must succeed and reject nothing.
 *
 * @param settings on top of the bench's own
 */
export async function ingest(
  workshop: Workshop,
  folder: string,
  database: Database,
  settings: Readonly<Record<string, string>> = {},
): Promise<MeasuredProcess & { readonly summary: IngestSummary }> {
  const environment = { ...tillhouseEnvironment(workshop, folder, database), ...settings };
  const args = ["ingest", "--select", "ingestion_layer", "--json"];
  const ended = await runTillhouse(args, environment, workshop.signal);
  const summary = JSON.parse(ended.stdout) as IngestSummary;
  if (summary.status !== "succeeded" || summary.rejected > 0)
    throw new Error(`Tillhouse ended as ${summary.status}, ${summary.rejected} rejected:\n${ended.stderr}`);
  return { ...ended, summary };
}

/** A migrated database with nothing in it. */
export async function migratedDatabase(workshop: Workshop): Promise<Database> {
  const database = await workshop.databases.create("migrated");
  await runTillhouse(["migrate"], tillhouseEnvironment(workshop, workshop.folder, database), workshop.signal);
  return database;
}

export function tillhouseSide(workshop: Workshop): Side {
  return {
    name: "tillhouse",
    prepare: () => migratedDatabase(workshop),
    load: async (files: InputFiles, database) => {
      const { seconds, peakMemoryBytes, summary } = await ingest(workshop, files.folder, database);
      const loaded = summary.files.find(({ source }) => source === "transactions")?.loaded;
      if (loaded !== files.rows)
        throw new Error(`Tillhouse loaded ${loaded ?? 0} of ${files.rows} transactions`);
      return { seconds, peakMemoryBytes, steps: await stepsOf(database) };
    },
    compare: async () => [],
  };
}

/** The steps of the newest run, as the warehouse keeps them. */
function stepsOf(database: Database): Promise<MeasuredLoad["steps"]> {
  return withClient(database.url, async (client) => {
    const { rows } = await client.query<{ name: string; ms: number }>(
      `SELECT name, duration_ms AS ms FROM operations.run_steps
       WHERE run_id = (SELECT max(run_id) FROM operations.runs) AND duration_ms IS NOT NULL
       ORDER BY step_number`,
    );
    return rows;
  });
}
