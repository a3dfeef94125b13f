import { sqlFile } from "../../database/sqlFile.ts";
import { clientOf, poolOf } from "./database.ts";
import type { AnswerRow, PageSource, ViewShape } from "./pageSource.ts";

const definitionsSql = sqlFile(new URL("./definitions.sql", import.meta.url));

/** A question with its answer, and how it is got. */
export interface Answer {
  readonly view: ViewShape;
  readonly rows: readonly AnswerRow[];
  /** The statement of the view, as the database has it. */
  readonly sql: string;
}

export interface Answers {
  readonly answers: readonly Answer[];
  /** The run that loaded last, and the highest transaction id; undefined where nothing has been loaded. */
  readonly upTo: { readonly runId: number; readonly at: Date; readonly watermark: bigint | null } | undefined;
}

export async function readAnswers(source: PageSource): Promise<Answers> {
  const names = source.answers.map(({ name }) => name);
  const [client, pool] = [await clientOf(source), poolOf(source)];
  const [rows, definitions, upTo] = await Promise.all([
    source.readViews(names),
    definitionsSql.run<{ name: string; definition: string }>(pool, { names }),
    client.run.findFirst({
      select: { runId: true, startedAt: true, heartbeatAt: true, finishedAt: true, watermark: true },
      where: {
        status: { not: "undone" },
        OR: [{ loaded: { gt: 0 } }, { corrected: { gt: 0 } }, { resolved: { gt: 0 } }],
      },
      orderBy: { runId: "desc" },
    }),
  ]);
  return {
    answers: source.answers.map((view) => ({
      view,
      rows: rows[view.name] ?? [],
      sql: definitions.rows.find(({ name }) => name === view.name)?.definition ?? "",
    })),
    upTo:
      upTo === null
        ? undefined
        : { runId: upTo.runId, at: upTo.finishedAt ?? upTo.heartbeatAt, watermark: upTo.watermark },
  };
}
