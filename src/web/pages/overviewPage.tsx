import type { ComponentChildren, VNode } from "preact";
import { Chart } from "./chart.tsx";
import { standingColumns } from "../charts/bars.ts";
import type { JobState } from "../../runs/jobState.ts";
import type { Day, Overview } from "../reading/overview.ts";
import { AtWork } from "./atWork.tsx";
import { Card, Figures } from "./card.tsx";
import { JobStanding } from "./jobStanding.tsx";
import { runColumns } from "./runsPage.tsx";
import { Sign, State } from "./state.tsx";
import { Table } from "./table.tsx";
import { countText, decimalText, Foreign, several, When } from "./values.tsx";
import { verdictOf } from "./verdict.ts";

interface OverviewProps {
  readonly overview: Overview;
  readonly states: readonly JobState[] | undefined;
  readonly now: Date;
}

export function OverviewPage({ overview, states, now }: OverviewProps): VNode {
  const { runs, atWork, totals, alerts, checks } = overview;
  return (
    <>
      <Verdict overview={overview} states={states} />
      {atWork.map((run) => (
        <AtWork key={run.runId} run={run} now={now} isElsewhere />
      ))}
      <Card title="What the warehouse holds" aside={<a href="/answers">The five answers</a>}>
        <Figures
          values={[
            ["Transactions", countText(BigInt(totals.transactions))],
            ["Accepted", countText(BigInt(totals.accepted))],
            ["Amount of accepted ones", decimalText(totals.accepted_amount)],
            ["Stores", countText(BigInt(totals.stores))],
            ["Devices", countText(BigInt(totals.devices))],
          ]}
        />
      </Card>
      <Card title="Sales by day">
        <Volume days={overview.days} />
      </Card>
      <div class="columns">
        <Card title="Freshness">
          <Table
            caption="When something new was last loaded of each source"
            columns={[
              { head: "Source", cell: ({ source }) => source },
              {
                head: "Last new",
                cell: ({ loadedAt }) => (loadedAt === null ? "never" : <When at={loadedAt} now={now} />),
              },
            ]}
            rows={overview.freshness}
            empty=""
          />
        </Card>
        <Card title="Quality" aside={<a href="/checks">All checks</a>}>
          <Table<readonly [string, ComponentChildren]>
            caption="What was found wrong, by whom"
            columns={[
              { head: "Of", cell: ([name]) => name },
              { head: "State", cell: ([, state]) => state },
            ]}
            rows={[
              ["Declared checks", <ChecksState checks={checks} />],
              ["Quarantine", <QuarantineState of={overview.quarantine} />],
              [
                "Alerts",
                alerts.length === 0 ? (
                  <State tone="good">none is open</State>
                ) : (
                  <a href="/schedule">{several(alerts.length, "open alert")}</a>
                ),
              ],
            ]}
            empty=""
          />
        </Card>
        <Card title="Jobs" aside={<a href="/schedule">Schedule</a>}>
          <Table
            caption="Jobs of this daemon"
            columns={[
              { head: "Job", cell: ({ job }) => job },
              {
                head: "Now",
                cell: ({ isPaused, isAway, runningSince, waitingSince }) => (
                  <JobStanding
                    {...{ isPaused, isAway }}
                    isRunning={runningSince !== undefined}
                    isWaiting={waitingSince !== undefined}
                  />
                ),
              },
              {
                head: "Due next",
                cell: ({ next }) => (next === undefined ? "" : <When at={next} now={now} isShort />),
              },
            ]}
            rows={states ?? []}
            empty="The schedule is being started."
          />
        </Card>
      </div>
      <Card title="Latest runs" aside={<a href="/runs">All runs</a>}>
        <Table
          caption="Runs with their state, length and what became of records"
          columns={runColumns(now)}
          rows={runs}
          empty="Nothing has run yet. To load what is there: npm run job:ingest"
        />
      </Card>
    </>
  );
}

function Verdict({ overview, states }: Pick<OverviewProps, "overview" | "states">): VNode {
  const { tone, title, text, findings } = verdictOf(overview, states);
  return (
    <section class={`verdict tone-${tone}`} aria-label="State of the warehouse">
      <Sign tone={tone} />
      <h1>{title}</h1>
      {text !== undefined && <p>{text}</p>}
      {findings.length > 0 && (
        <ul>
          {findings.map(({ text: finding, href }) => (
            <li key={finding}>
              <a href={href}>
                <Foreign text={finding} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Volume({ days }: { readonly days: readonly Day[] }): VNode {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return <p class="empty">There is no sale yet.</p>;
  const columns = days.map(({ date, accepted, others }) => ({
    label: dayText(date),
    values: [accepted, others],
  }));
  const drawn = standingColumns(columns, { colors: ["var(--mark)", "var(--mark-2)"] });
  const total = days.reduce((sum, { accepted }) => sum + accepted, 0);
  const label = `Transactions a day from ${dayText(first.date)} to ${dayText(last.date)}: ${countText(total)} accepted in all.`;
  return (
    <>
      <p class="small soft">
        Transactions a day, by when they happened: <Key color="mark">accepted</Key> and{" "}
        <Key color="mark-2">refused or cancelled</Key>.
      </p>
      <Chart drawn={drawn} label={label} />
      <details id="days">
        <summary>The last days as a table</summary>
        <Table
          caption="Transactions of the latest days, newest first"
          columns={[
            { head: "Day", cell: ({ date }) => dayText(date) },
            { head: "Accepted", cell: ({ accepted }) => countText(accepted), isNumber: true },
            {
              head: "Their amount",
              cell: ({ acceptedAmount }) => decimalText(acceptedAmount),
              isNumber: true,
            },
            { head: "Refused or cancelled", cell: ({ others }) => countText(others), isNumber: true },
          ]}
          rows={days.slice(-SHOWN_IN_TABLE).reverse()}
          empty=""
        />
      </details>
    </>
  );
}

const SHOWN_IN_TABLE = 14;
const dayText = (day: Date): string => day.toISOString().slice(0, 10);

/** A colour of a chart with what it stands for. */
function Key({ color, children }: { readonly color: string; readonly children: ComponentChildren }): VNode {
  return (
    <span class="nowrap">
      <svg class="key" viewBox="0 0 10 10" aria-hidden="true">
        <rect width="10" height="10" rx="2" fill={`var(--${color})`} />
      </svg>{" "}
      {children}
    </span>
  );
}

function ChecksState({ checks: { results, problem } }: Pick<Overview, "checks">): VNode {
  const count = (status: string): number => results.filter((check) => check.status === status).length;
  if (problem !== undefined) return <State tone="bad">cannot be read</State>;
  if (results.length === 0) return <State tone="idle">not judged yet</State>;
  if (count("failed") > 0) return <State tone="bad">{countText(count("failed"))} failed</State>;
  if (count("warned") > 0) return <State tone="warn">{countText(count("warned"))} warned</State>;
  return <State tone="good">all {countText(results.length)} passed</State>;
}

function QuarantineState({ of: { waiting, rejected } }: { readonly of: Overview["quarantine"] }): VNode {
  if (waiting + rejected === 0) return <State tone="good">empty</State>;
  return (
    <>
      {rejected > 0 && <State tone="warn">{countText(rejected)} rejected</State>}{" "}
      {waiting > 0 && <State tone="warn">{countText(waiting)} waiting</State>}
    </>
  );
}
