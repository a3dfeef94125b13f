import { sqlFile } from "../../database/sqlFile.ts";
import { poolOf } from "./database.ts";
import type { AnswerRow, PageSource, ReadViews, ViewShape } from "./source.ts";

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
  readonly upTo: ReadViews["upTo"];
}

export async function readAnswers(source: PageSource): Promise<Answers> {
  const names = source.answers.map(({ name }) => name);
  // First: while there is none, nothing else is to be under way that nobody waits for.
  const pool = poolOf(source);
  const [{ rows, upTo }, definitions] = await Promise.all([
    source.readViews(names),
    definitionsSql.run<{ name: string; definition: string }>(pool, { names }),
  ]);
  return {
    answers: source.answers.map((view) => ({
      view,
      rows: rows[view.name] ?? [],
      sql: definitions.rows.find(({ name }) => name === view.name)?.definition ?? "",
    })),
    upTo,
  };
}
