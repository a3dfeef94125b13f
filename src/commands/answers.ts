import { ANSWERS, readViews, VIEWS, type AnswerRow } from "../aggregation/answers.ts";
import { answerAsCsv } from "../aggregation/answerAsCsv.ts";
import type { Database } from "../database/openDatabase.ts";
import { TillhouseError } from "../lib/errors.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export const ANSWER_FORMATS = ["table", "json", "csv"] as const;

export interface AnswersOptions {
  readonly view?: string;
  readonly format: (typeof ANSWER_FORMATS)[number];
}

export async function answersCommand(options: AnswersOptions): Promise<void> {
  const names = options.view === undefined ? Object.keys(ANSWERS) : [options.view];
  const [first] = names;
  if (first === undefined || !Object.hasOwn(VIEWS, first)) {
    throw new TillhouseError(
      "usage_invalid",
      `No view is called ${first ?? ""}. There are: ${Object.keys(VIEWS).join(", ")}`,
    );
  }
  if (options.format === "csv" && names.length > 1) {
    throw new TillhouseError("usage_invalid", `CSV holds one view: add --view, such as --view ${first}`);
  }
  await withDatabase(commandContext(), "read", async (database) => {
    const answers = await readViews(await database.prisma(), names);
    if (options.format === "json") printJson(answers);
    else if (options.format === "csv")
      process.stdout.write(answerAsCsv(Object.keys(VIEWS[first]?.columns ?? {}), answers[first] ?? []));
    else await printAnswers(answers);
  });
}

/** A row a store: too long to print after every load. */
const DETAIL = "time_to_fifth_transaction_by_store";

/** The five answers as tables. */
export async function printFiveAnswers(database: Database): Promise<void> {
  const names = Object.keys(ANSWERS).filter((name) => name !== DETAIL);
  await printAnswers(await readViews(await database.prisma(), names));
  print(`\nStore by store: npm run answers -- --view ${DETAIL}`);
}

async function printAnswers(answers: Record<string, readonly AnswerRow[]>): Promise<void> {
  for (const [name, rows] of Object.entries(answers)) {
    const definition = VIEWS[name];
    if (definition === undefined) continue;
    const columns = Object.keys(definition.columns);
    print(`\n${definition.title}  (${name})`);
    await printTable(
      columns,
      rows.map((row) => columns.map((column) => row[column] ?? null)),
    );
  }
}
