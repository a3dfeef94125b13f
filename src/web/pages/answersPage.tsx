import type { VNode } from "preact";
import { Chart } from "./chart.tsx";
import type { Answer, Answers } from "../reading/answers.ts";
import type { AnswerRow, ViewShape } from "../reading/source.ts";
import { chartOf, type AnswerChart } from "./answerCharts.ts";
import { Card, Lead } from "./card.tsx";
import { Table, type Column } from "./table.tsx";
import { countText, decimalText, Foreign, inWords, several, When } from "./values.tsx";

interface AnswersProps {
  readonly answers: Answers;
  readonly otherViews: readonly ViewShape[];
  readonly now: Date;
}

export function AnswersPage({ answers: { answers, upTo }, otherViews, now }: AnswersProps): VNode {
  const rowsOf = (view: string) => answers.find(({ view: { name } }) => name === view)?.rows ?? [];
  return (
    <>
      <Lead title="Answers">
        {upTo === undefined ? (
          "Nothing has been loaded yet."
        ) : (
          <>
            As of <a href={`/runs/${upTo.runId}`}>run {upTo.runId}</a>, <When at={upTo.at} now={now} />
            {upTo.watermark !== null && <>; transactions up to id {countText(upTo.watermark)}</>}. Accepted
            sales only.
          </>
        )}
      </Lead>
      {answers.map((answer) => (
        <AnswerCard key={answer.view.name} answer={answer} chart={chartOf(answer.view.name, rowsOf)} />
      ))}
      <Card title="Beside these" id="more">
        <Table
          caption="More views of the same sales, as CSV"
          columns={[
            { head: "View", cell: ({ name }) => <a href={`/answers/${name}.csv`}>{name}</a> },
            { head: "What it shows", cell: ({ definition }) => definition, isWide: true },
          ]}
          rows={otherViews}
          empty=""
        />
      </Card>
    </>
  );
}

/** Longer answers are shown in part, and whole as CSV. */
const MOST_ROWS = 60;

interface AnswerCardProps {
  readonly answer: Answer;
  readonly chart: AnswerChart | undefined;
}

function AnswerCard({ answer: { view, rows, sql }, chart }: AnswerCardProps): VNode {
  const shown = rows.slice(0, MOST_ROWS);
  return (
    <Card
      title={view.title}
      id={view.name}
      aside={
        <a class="small" href={`/answers/${view.name}.csv`}>
          CSV<span class="small"> of {several(rows.length, "row")}</span>
        </a>
      }
    >
      <p class="soft">{view.definition}</p>
      {chart !== undefined && <Chart drawn={chart.drawn} label={chart.label} />}
      <Table
        caption={
          rows.length > shown.length
            ? `The first ${shown.length} of ${countText(rows.length)} rows`
            : view.title
        }
        columns={columnsOf(view, rows)}
        rows={shown}
        empty="There is no sale for it yet."
      />
      <details id={`sql-${view.name}`}>
        <summary>How it is reckoned: the SQL of {view.name}</summary>
        <pre tabIndex={0}>
          <code>{sql}</code>
        </pre>
      </details>
    </Card>
  );
}

const DECIMAL = /^-?\d+\.\d+$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

function columnsOf(view: ViewShape, rows: readonly AnswerRow[]): Column<AnswerRow>[] {
  return view.columns.map((name) => ({
    head: headOf(name),
    isNumber: !isId(name) && rows.every((row) => isNumeric(row[name] ?? null)),
    isWide: name.endsWith("name"),
    cell: (row) => cellOf(name, row[name] ?? null),
  }));
}

const isNumeric = (value: string | number | null): boolean =>
  value === null || typeof value === "number" || DECIMAL.test(value);

/** An id is no quantity: its digits are not set apart. */
const isId = (name: string): boolean => name.endsWith("_id") || name === "device_type";

function cellOf(name: string, value: string | number | null): VNode | string {
  if (value === null) return "";
  if (typeof value === "number") return isId(name) ? String(value) : countText(value);
  if (DECIMAL.test(value)) return decimalText(value);
  if (INSTANT.test(value)) return <When at={new Date(value)} />;
  return <Foreign text={value} />;
}

function headOf(column: string): string {
  const words = inWords(column);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
