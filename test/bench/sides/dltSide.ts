import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { differencesBetween, type EndState } from "../endState/endState.ts";
import { runMeasured } from "../measuring/measuredProcess.ts";
import { peerProgram } from "../peers/peersFolder.ts";
import { withClient } from "../server/benchServer.ts";
import type { Side, Workshop } from "./side.ts";

const PIPELINE = fileURLToPath(new URL("../peers/dlt/pipeline.py", import.meta.url));

/** dlt in its own way: its CSV reader into three tables, merged by their keys. */
export function dltSide(workshop: Workshop): Side {
  return {
    name: "dlt",
    differs:
      "it keeps three tables as the files have them: no star, no answers, no checks beyond types, no card tokens.",
    prepare: () => workshop.databases.create("dlt"),
    load: async (files, database) => {
      const state = await mkdtemp(join(workshop.folder, "dlt-"));
      try {
        const environment = {
          BENCH_URL: database.url,
          RUNTIME__DLTHUB_TELEMETRY: "false",
          LC_ALL: "C.UTF-8",
        };
        const args = [PIPELINE, files.folder, state];
        const command = { file: peerProgram("python"), args, environment, folder: state };
        const { seconds, peakMemoryBytes } = await runMeasured(command, workshop.signal);
        return { seconds, peakMemoryBytes, steps: [] };
      } finally {
        await rm(state, { recursive: true, force: true });
      }
    },
    compare: async (tillhouse, own) =>
      differencesBetween(
        await sumOf(tillhouse.url, "ingestion_layer.fct_transactions"),
        await sumOf(own.url, "dlt.transactions"),
      ),
  };
}

function sumOf(url: string, table: string): Promise<EndState> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ rows: string; amount: string }>(
      `SELECT count(*)::text AS rows, sum(amount)::text AS amount FROM ${table}`,
    );
    return { transactions: rows[0] };
  });
}
