import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answerNames } from "../../fixtures/factViews.ts";
import { differencesBetween, type EndState } from "../endState/endState.ts";
import { SOURCE_FILES } from "../inputFiles.ts";
import { runMeasured } from "../measuring/measuredProcess.ts";
import { peerProgram } from "../peers/peersFolder.ts";
import { withClient } from "../server/benchServer.ts";
import type { Side, Workshop } from "./side.ts";

const PROJECT = fileURLToPath(new URL("../peers/dbt", import.meta.url));
/** Where the project's views end up: its schema, and the folder of the models. */
const ANSWERS = "dbt_answers";

/** dbt in its own way: the files as seeds, staging views, incremental models, and views for the answers, by `dbt build`. */
export function dbtSide(workshop: Workshop): Side {
  return {
    name: "dbt",
    differs: "it makes no card tokens, digests, labels or rollups, and keeps no rejected record.",
    prepare: () => workshop.databases.create("dbt"),
    load: async (files, database) => {
      const project = await mkdtemp(join(workshop.folder, "dbt-"));
      try {
        await cp(PROJECT, project, { recursive: true });
        await mkdir(join(project, "seeds"));
        for (const file of SOURCE_FILES) {
          await symlink(join(files.folder, file), join(project, "seeds", `raw_${file}`));
        }
        const { hostname, port, username, password } = new URL(database.url);
        const environment = {
          BENCH_HOST: hostname,
          BENCH_PORT: port === "" ? "5432" : port,
          BENCH_USER: decodeURIComponent(username),
          BENCH_PASSWORD: decodeURIComponent(password),
          BENCH_DATABASE: database.name,
          DBT_PROFILES_DIR: project,
          LC_ALL: "C.UTF-8",
        };
        const command = { file: peerProgram("dbt"), args: ["build"], environment, folder: project };
        const { seconds, peakMemoryBytes } = await runMeasured(command, workshop.signal);
        return { seconds, peakMemoryBytes, steps: [] };
      } finally {
        await rm(project, { recursive: true, force: true });
      }
    },
    compare: async (tillhouse, own) =>
      differencesBetween(
        await answersIn(tillhouse.url, "aggregation_layer"),
        await answersIn(own.url, ANSWERS),
      ),
  };
}

function answersIn(url: string, schema: string): Promise<EndState> {
  return withClient(url, async (client) => {
    const answers: Record<string, unknown> = {};
    for (const name of await answerNames()) {
      answers[name] = (await client.query(`SELECT * FROM ${schema}.${name}`)).rows;
    }
    return answers;
  });
}
