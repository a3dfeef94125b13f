import { readdirSync } from "node:fs";
import { SUM_ROLLUP_NAMES, SUM_ROLLUPS } from "../../../src/database/rollups.ts";
import { sqlFile } from "../../../src/database/sqlFile.ts";
import {
  answerNames,
  ANSWERS_OVER_FACTS,
  ASKED_OF_FACTS,
  createViewsOverFacts,
} from "../../fixtures/factViews.ts";
import { withClient } from "../server/benchServer.ts";

/** What a warehouse holds, by subject: counts, sums and hashes under natural keys; the answers with their rows. */
export type EndState = Readonly<Record<string, unknown>>;

const ROLLUP_SUMS = "rollupSums.sql";
const SUBJECTS = [
  ...readdirSync(new URL(".", import.meta.url))
    .filter((name) => name.endsWith(".sql") && name !== ROLLUP_SUMS)
    .sort()
    .map((name) => ({
      subject: name.replace(".sql", ""),
      statement: sqlFile(new URL(name, import.meta.url)),
    })),
  ...SUM_ROLLUP_NAMES.map((name) => ({
    subject: `rollup of ${name}`,
    statement: sqlFile(new URL(ROLLUP_SUMS, import.meta.url), { ...SUM_ROLLUPS[name] }),
  })),
];

/** Whether a warehouse has the answers as views, or is asked by those over the fact. */
export type Answering = "aggregation_layer" | typeof ASKED_OF_FACTS;

/**
 * Reads all that the sides must agree on. Keys that each side draws for itself, runs, files and lines are not in it.
 * A database that is asked for ASKED_OF_FACTS gets those views, and keeps them.
 */
export function endStateOf(url: string, answering: Answering): Promise<EndState> {
  return withClient(url, async (client) => {
    const state: Record<string, unknown> = {};
    for (const { subject, statement } of SUBJECTS) {
      [state[subject]] = (await statement.run(client)).rows;
    }
    if (answering === ASKED_OF_FACTS)
      await createViewsOverFacts((sql) => client.query(sql), ANSWERS_OVER_FACTS);
    for (const name of await answerNames()) {
      state[`answer ${name}`] = (await client.query(`SELECT * FROM ${answering}.${name}`)).rows;
    }
    return state;
  });
}

/** One sentence for each subject that differs; none when all is the same. */
export function differencesBetween(left: EndState, right: EndState): string[] {
  const subjects = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return subjects.flatMap((subject) => {
    const [one, other] = [left[subject], right[subject]].map((value) => JSON.stringify(value ?? null));
    return one === other ? [] : [`${subject}: ${firstDifference(one ?? "", other ?? "")}`];
  });
}

const SHOWN = 160;

/** Both texts from a little before the place where they part. */
function firstDifference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - SHOWN / 4);
  const part = (text: string) => `${from > 0 ? "…" : ""}${text.slice(from, from + SHOWN)}`;
  return `${part(one)} is not ${part(other)}`;
}
