import { ANSWERS_OVER_FACTS, ASKED_OF_FACTS, createViewsOverFacts } from "../../fixtures/factViews.ts";
import { spreadOf } from "../measuring/statistics.ts";
import type { AnswerTimes } from "./growthResult.ts";
import { withClient } from "../server/benchServer.ts";
import type { Database } from "../server/databases.ts";

const VIEW_EXECUTIONS = 21;
const FACT_EXECUTIONS = 3;
/** Executions that fill caches and are not counted. */
const [VIEW_WARM_UP, FACT_WARM_UP] = [5, 1];

/**
 * Times the five answers, and the same questions asked of the fact, statement by statement on one connection: from sending a
 * statement until its last row is here.
 */
export function timeAnswers(database: Database): Promise<AnswerTimes[]> {
  return withClient(database.url, async (client) => {
    const names = await createViewsOverFacts((sql) => client.query(sql), ANSWERS_OVER_FACTS);
    const time = async (view: string, executions: number, warmUp: number) => {
      const taken: number[] = [];
      for (let run = 0; run < warmUp + executions; run++) {
        const started = performance.now();
        await client.query(`SELECT * FROM ${view}`);
        taken.push(performance.now() - started);
      }
      return spreadOf(taken.slice(warmUp));
    };
    const times: AnswerTimes[] = [];
    for (const name of names) {
      const factsMs = await time(`${ASKED_OF_FACTS}.${name}`, FACT_EXECUTIONS, FACT_WARM_UP);
      const viewMs = await time(`aggregation_layer.${name}`, VIEW_EXECUTIONS, VIEW_WARM_UP);
      times.push({ name, viewMs, factsMs });
    }
    return times;
  });
}
