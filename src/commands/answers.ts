import { selectionIn } from "../../jobs/selection.ts";
import { readParts, type Selector } from "../../jobs/selectors.ts";
import { ANSWERS, readViews, VIEWS, type AnswerRow } from "../aggregation/answers.ts";
import { answerAsCsv } from "../aggregation/answerAsCsv.ts";
import type { Database } from "../database/openDatabase.ts";
import { TillhouseError } from "../lib/errors.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export const ANSWER_FORMATS = ["table", "json", "csv"] as const;

export interface AnswersOptions {
  readonly view?: string;
  /** Parts of the pipeline whose views are asked for, as `job:ingest` takes them. */
  readonly select: readonly string[];
  readonly format: (typeof ANSWER_FORMATS)[number];
}

export async function answersCommand(options: AnswersOptions): Promise<void> {
  const { format } = options;
  const selectors = options.select.length === 0 ? undefined : selectorsIn(options);
  const named = selectors === undefined ? viewsNamed(options.view) : [];
  refuseManyAsCsv(named, format);
  await withDatabase(commandContext(), "answer", async (database) => {
    const names = selectors === undefined ? named : await viewsSelected(database, selectors);
    refuseManyAsCsv(names, format);
    const answers = await readViews(await database.prisma(), names);
    const [first = ""] = names;
    if (format === "json") printJson(answers);
    else if (format === "csv")
      process.stdout.write(answerAsCsv(Object.keys(VIEWS[first]?.columns ?? {}), answers[first] ?? []));
    else await printAnswers(answers);
  });
}

function viewsNamed(view: string | undefined): readonly string[] {
  if (view === undefined) return Object.keys(ANSWERS);
  if (Object.hasOwn(VIEWS, view)) return [view];
  throw new TillhouseError(
    "usage_invalid",
    `No view is called ${view}. There are: ${Object.keys(VIEWS).join(", ")}`,
  );
}

function selectorsIn({ view, select }: AnswersOptions): readonly Selector[] {
  if (view === undefined) return readParts(select);
  throw new TillhouseError(
    "usage_invalid",
    "--view names one view, and --select finds views: leave one of them out",
  );
}

async function viewsSelected({ pool }: Database, selectors: readonly Selector[]): Promise<readonly string[]> {
  const names = (await selectionIn(pool, selectors)).views.filter(isAnswer);
  if (names.length > 0) return names;
  const text = selectors.map((selector) => selector.text).join(",");
  throw new TillhouseError(
    "usage_invalid",
    `--select ${text} finds no view that is shown here. With + behind a name it finds those that rest on it, such as stores+; ` +
      "views with a row a record are for npm run export",
  );
}

function refuseManyAsCsv([first = "", ...others]: readonly string[], format: AnswersOptions["format"]): void {
  if (format !== "csv" || others.length === 0) return;
  throw new TillhouseError("usage_invalid", `CSV holds one view: add --view, such as --view ${first}`);
}

/** A row a store: too long to print after every load. */
const DETAIL = "time_to_fifth_transaction_by_store";

/** Names of the five answers. */
export const FIVE_ANSWERS: readonly string[] = Object.keys(ANSWERS).filter((name) => name !== DETAIL);

/** The five answers as tables. */
export async function printFiveAnswers(database: Database): Promise<void> {
  await printAnswers(await readViews(await database.prisma(), FIVE_ANSWERS));
  print(`\nStore by store: npm run answers -- --view ${DETAIL}`);
}

/** Views as tables; those with a row a record are only named. */
export async function printViews(database: Database, names: readonly string[]): Promise<void> {
  const shown = names.filter(isAnswer);
  if (shown.length > 0) await printAnswers(await readViews(await database.prisma(), shown));
  for (const name of names.filter((each) => !isAnswer(each)))
    print(`\n${name} has a row a record: npm run export -- ${name}`);
}

const isAnswer = (name: string): boolean => Object.hasOwn(VIEWS, name);

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
