import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ASKED_OF_FACTS } from "../../fixtures/factViews.ts";
import { differencesBetween, endStateOf } from "../endState/endState.ts";
import { runMeasured } from "../measuring/measuredProcess.ts";
import { withClient, type BenchServer } from "../server/benchServer.ts";
import type { MeasuredLoad, Side, Workshop } from "./side.ts";

const FOLDER = fileURLToPath(new URL("../handwritten", import.meta.url));
const PROGRAM = join(FOLDER, "load.mjs");

/** The first PostgreSQL that can tell whether a text can be cast (`pg_input_is_valid`). */
const LEAST_VERSION = 16;

/** Why this side cannot run on a server; undefined when it can. */
export function whyNoHandwritten({
  majorVersion,
  version,
}: Pick<BenchServer, "majorVersion" | "version">): string | undefined {
  if (majorVersion >= LEAST_VERSION) return undefined;
  return `its checks need PostgreSQL ${LEAST_VERSION}, and this is ${version}.`;
}

/** The same star, loaded by COPY and SQL that was written by hand for nothing else. */
export function handwrittenSide(workshop: Workshop): Side {
  return {
    name: "handwritten",
    prepare: async () => {
      const database = await workshop.databases.create("handwritten");
      const schema = join(FOLDER, "schema");
      await withClient(database.url, async (client) => {
        for (const file of (await readdir(schema)).sort()) {
          await client.query(await readFile(join(schema, file), "utf8"));
        }
      });
      return database;
    },
    load: async ({ folder }, database) => {
      const environment = { DATABASE_URL: database.url, CARD_TOKEN_KEY: workshop.cardTokenKey };
      const command = { file: process.execPath, args: [PROGRAM, folder], environment };
      const { seconds, peakMemoryBytes, stdout } = await runMeasured(command, workshop.signal);
      const { statements } = JSON.parse(stdout) as { statements: MeasuredLoad["steps"] };
      return { seconds, peakMemoryBytes, steps: statements };
    },
    compare: async (tillhouse, own) =>
      differencesBetween(
        await endStateOf(tillhouse.url, "aggregation_layer"),
        await endStateOf(own.url, ASKED_OF_FACTS),
      ),
  };
}
