import type { VNode } from "preact";
import type { JobState } from "../../runs/jobState.ts";
import type { PageAlert, PageDueTime, PageJob } from "../reading/source.ts";
import { Card, Lead, Pairs } from "./card.tsx";
import { JobStanding } from "./jobStanding.tsx";
import { NamedState, State } from "./state.tsx";
import { Table, type Column } from "./table.tsx";
import { Foreign, several, When } from "./values.tsx";

interface ScheduleProps {
  readonly jobs: readonly PageJob[];
  /** Undefined until this daemon has a schedule. */
  readonly states: readonly JobState[] | undefined;
  readonly alerts: readonly PageAlert[];
  readonly now: Date;
}

export function SchedulePage({ jobs, states, alerts, now }: ScheduleProps): VNode {
  return (
    <>
      <Lead title="Schedule">What this daemon runs by itself, and when.</Lead>
      <Alerts alerts={alerts} now={now} />
      <div class="columns columns-wide">
        {jobs.map((job) => (
          <Job key={job.name} job={job} state={states?.find((state) => state.job === job.name)} now={now} />
        ))}
      </div>
    </>
  );
}

function Alerts({ alerts, now }: { readonly alerts: readonly PageAlert[]; readonly now: Date }): VNode {
  return (
    <Card title="Open alerts">
      <Table
        caption="What is wrong now, since when"
        columns={[
          { head: "Alert", cell: ({ kind }) => kind },
          { head: "State", cell: ({ severity }) => <NamedState name={severity} /> },
          { head: "What", cell: ({ summary }) => <Foreign text={summary} />, isWide: true },
          { head: "Since", cell: ({ raised_at: at }) => <When at={at} now={now} />, isWide: true },
        ]}
        rows={alerts}
        empty="No alert is open."
      />
    </Card>
  );
}

interface JobProps {
  readonly job: PageJob;
  readonly state: JobState | undefined;
  readonly now: Date;
}

function Job({ job, state, now }: JobProps): VNode {
  return (
    <Card
      title={job.name}
      aside={
        <JobStanding
          isPaused={job.pausedAt !== null}
          isRunning={state?.runningSince !== undefined}
          isAway={state?.isAway === true}
          isWaiting={job.waiting.length > 0}
        />
      }
    >
      <Pairs
        values={[
          ["Due", <code>{job.cron}</code>],
          ["Time zone", job.timezone],
          ["What was missed", CATCH_UP[job.catchUp] ?? job.catchUp],
          ["Last", job.latest === undefined ? "never run by schedule" : <Latest of={job.latest} now={now} />],
        ]}
      />
      {job.waiting.map(({ dueAt, attempts, notBefore }) => (
        <p key={dueAt.toISOString()} class="small">
          <State tone="warn">waiting</State> Due <When at={dueAt} now={now} />,{" "}
          {attempts === 0 ? "not begun yet" : `${several(attempts, "run")} so far`}
          {notBefore !== null && (
            <>
              , again from <When at={notBefore} now={now} /> on
            </>
          )}
          .
        </p>
      ))}
      <Table<PageDueTime>
        caption={`When ${job.name} is due next`}
        columns={[
          ...(job.timezone === "UTC" ? [] : [inZone(job.timezone)]),
          { head: "UTC", cell: ({ at }) => <When at={at} now={now} isShort />, isWide: true },
        ]}
        rows={job.pausedAt === null ? job.next : []}
        empty={
          job.pausedAt === null
            ? "It is not due within 40 years."
            : "What comes due passes while it is paused."
        }
      />
    </Card>
  );
}

/** With what a change of the clocks makes of it. */
const inZone = (timezone: string): Column<PageDueTime> => ({
  head: `In ${timezone}`,
  cell: ({ local, clocks }) => (
    <>
      <span class="nowrap">{local}</span> <span class="small soft">{CLOCKS[clocks ?? ""]}</span>
    </>
  ),
});

const CATCH_UP: Readonly<Record<string, string>> = {
  none: "passes",
  last: "the last time is run for",
  all: "each time is run for, one after the other",
};
const CLOCKS: Readonly<Record<string, string>> = {
  skipped: "skip this time: due when they do",
  repeated: "show this time twice",
};

function Latest({ of, now }: { readonly of: NonNullable<PageJob["latest"]>; readonly now: Date }): VNode {
  return (
    <>
      due <When at={of.dueAt} now={now} />, {of.state}
      {of.runId !== null && (
        <>
          {" "}
          (<a href={`/runs/${of.runId}`}>run {of.runId}</a>)
        </>
      )}
    </>
  );
}
