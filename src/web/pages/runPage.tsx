import type { VNode } from "preact";
import { stepTimeline } from "../charts/stepTimeline.ts";
import { Chart } from "./chart.tsx";
import { visibleJson } from "../../lib/visible.ts";
import { changesInWords, type ColumnChange } from "../../sources/columnChanges.ts";
import { remedyOf } from "../../sources/reasons.ts";
import type { FileOfRun, StepOfRun, WholeRun } from "../reading/runs.ts";
import { AtWork } from "./atWork.tsx";
import { Card, Figures, Lead, Pairs } from "./card.tsx";
import { Identity, OUTCOME_COLUMNS } from "./outcomes.tsx";
import { lengthOf } from "./runsPage.tsx";
import { NamedState } from "./state.tsx";
import { Table, type Column } from "./table.tsx";
import { bytesText, countText, durationText, Foreign, inWords, several, When } from "./values.tsx";

export function RunPage({ run, now }: { readonly run: WholeRun; readonly now: Date }): VNode {
  return (
    <>
      <Lead
        title={
          <>
            Run {run.runId}: {run.job} <NamedState name={run.status} />
          </>
        }
      >
        {run.trigger === "schedule" ? "By schedule" : "By hand"}
      </Lead>
      {run.errorCode !== null && (
        <Failure code={run.errorCode} message={run.errorMessage} runId={run.runId} />
      )}
      {run.status === "running" && <AtWork run={run} now={now} />}
      <Card title="What became of its records">
        <Figures
          values={[
            ["Records read", countText(run.recordsRead)],
            ["Loaded", countText(run.loaded)],
            ["Already present", countText(run.alreadyPresent)],
            ["Corrected", countText(run.corrected)],
            ["Superseded", countText(run.superseded)],
            ["Rejected", countText(run.rejected)],
            ["Resolved of quarantine", countText(run.resolved)],
            ["Warnings", countText(run.warnings)],
          ]}
        />
        <Identity of={run} />
      </Card>
      <Card title="Steps">
        <Steps steps={run.steps} run={run} now={now} />
      </Card>
      <Card title="Files">
        <Files files={run.files} />
        {run.moreFiles > 0 && (
          <p class="small soft">And {several(run.moreFiles, "file")} more: npm run runs -- --json</p>
        )}
      </Card>
      <ChangedColumns files={run.files} />
      {run.rejects.length > 0 && (
        <Card title="Rejected">
          <Table
            caption="Records of this run that went to quarantine"
            columns={[
              { head: "Reason", cell: ({ reason }) => <code>{reason}</code> },
              { head: "State", cell: ({ state }) => <NamedState name={state} /> },
              { head: "Records", cell: ({ records }) => countText(records), isNumber: true },
              { head: "What to do", cell: ({ reason }) => remedyOf(reason), isWide: true },
            ]}
            rows={run.rejects}
            empty=""
          />
        </Card>
      )}
      {run.checks.length > 0 && (
        <Card title="Checks">
          <Table
            caption="Declared checks that this run judged"
            columns={[
              { head: "Check", cell: ({ name }) => name },
              { head: "State", cell: ({ status }) => <NamedState name={status} /> },
              { head: "Found", cell: ({ observed }) => <Foreign text={observed} />, isWide: true },
              { head: "Expected", cell: ({ expected }) => <Foreign text={expected} />, isWide: true },
            ]}
            rows={run.checks}
            empty=""
          />
        </Card>
      )}
      <Card title="How it came about">
        <Pairs
          values={[
            ["Begun", <When at={run.startedAt} now={now} />],
            ["Ended", run.finishedAt === null ? "not yet" : <When at={run.finishedAt} now={now} />],
            ["Took", durationText(lengthOf(run, now))],
            ["Due", run.dueAt === null ? "by hand" : <When at={run.dueAt} />],
            ["Last sign of life", <When at={run.heartbeatAt} now={now} />],
            ["Process", <code>{run.process}</code>],
            ["Watermark after it", run.watermark === null ? "none" : countText(run.watermark)],
            ["Asked for", <code>{visibleJson(JSON.stringify(run.parameters))}</code>],
          ]}
        />
      </Card>
    </>
  );
}

function Failure({
  code,
  message,
  runId,
}: {
  readonly code: string;
  readonly message: string | null;
  readonly runId: number;
}): VNode {
  return (
    <section class="card" aria-labelledby="failure">
      <h2 id="failure">
        It ended by <code>{code}</code>
      </h2>
      <p>
        <Foreign text={message ?? ""} />
      </p>
      <p class="small soft">
        What was committed before stays. To run it again with what it was asked for:{" "}
        <code>npm run runs -- retry {runId}</code>
      </p>
    </section>
  );
}

function Steps({
  steps,
  run,
  now,
}: {
  readonly steps: readonly StepOfRun[];
  readonly run: WholeRun;
  readonly now: Date;
}): VNode {
  const drawn = stepTimeline(steps, run, now);
  return (
    <>
      {drawn !== undefined && (
        <Chart
          drawn={drawn}
          label="When each step of the run began and ended; the same stands in the table below."
        />
      )}
      <Table
        caption="Steps in their order"
        columns={[
          { head: "Step", cell: ({ name }) => <Foreign text={name} /> },
          { head: "State", cell: ({ status }) => <NamedState name={status} /> },
          {
            head: "Took",
            cell: (step) => durationText(step.durationMs ?? lengthOf(step, now)),
            isNumber: true,
          },
          { head: "Counted", cell: ({ counts }) => countsText(counts), isWide: true },
          { head: "Error", cell: ({ errorMessage }) => <Foreign text={errorMessage ?? ""} />, isWide: true },
        ]}
        rows={steps}
        empty="It has no step yet."
      />
    </>
  );
}

/** Counts other than nought, by name. */
function countsText(counts: unknown): string {
  if (typeof counts !== "object" || counts === null) return "";
  return Object.entries(counts)
    .filter(([, count]) => typeof count === "number" && count !== 0)
    .map(([name, count]) => `${countText(count as number)} ${inWords(name)}`)
    .join(", ");
}

function ChangedColumns({ files }: { readonly files: readonly FileOfRun[] }): VNode | null {
  const changed = files.filter(({ schemaChanges }) => schemaChanges !== null);
  if (changed.length === 0) return null;
  return (
    <Card title="Columns that have changed">
      <Table
        caption="Files whose columns are not those of the last file of their source before them"
        columns={[
          { head: "File", cell: ({ file }) => <Foreign text={file.path} />, isWide: true },
          {
            head: "Compared with",
            cell: ({ comparedWith }) => <Foreign text={comparedWith ?? ""} />,
            isWide: true,
          },
          {
            ...{ head: "What has changed", isWide: true },
            cell: ({ schemaChanges }) =>
              changesInWords(schemaChanges as unknown as readonly ColumnChange[]).map((change) => (
                <div>
                  <Foreign text={change} />
                </div>
              )),
          },
        ]}
        rows={changed}
        empty=""
      />
    </Card>
  );
}

const REFUSED: Column<FileOfRun> = {
  ...{ head: "Why it was not loaded", isWide: true },
  cell: ({ file }) => <Foreign text={file.refusal ?? ""} />,
};

function Files({ files }: { readonly files: readonly FileOfRun[] }): VNode {
  return (
    <Table<FileOfRun>
      caption="Files that this run read something of"
      columns={[
        { head: "File", cell: ({ file }) => <Foreign text={file.path} />, isWide: true },
        { head: "Source", cell: ({ source }) => source },
        { head: "State now", cell: ({ file }) => <NamedState name={file.status} /> },
        { head: "Bytes", cell: ({ bytesRead }) => bytesText(Number(bytesRead)), isNumber: true },
        ...OUTCOME_COLUMNS,
        ...(files.some(({ file }) => file.refusal !== null) ? [REFUSED] : []),
      ]}
      rows={files}
      empty="It read nothing of any file: what was there had been loaded before, or the job reads none."
    />
  );
}
