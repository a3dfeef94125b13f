import type { VNode } from "preact";
import type { ListedRun } from "../reading/runs.ts";
import { Card, Lead } from "./card.tsx";
import { NamedState } from "./state.tsx";
import { Table, type Column } from "./table.tsx";
import { countText, durationText, When } from "./values.tsx";

/** How long a run took, or has been at work. */
export function lengthOf(
  { startedAt, finishedAt }: Pick<ListedRun, "startedAt" | "finishedAt">,
  now: Date,
): number {
  return Math.max(0, (finishedAt ?? now).getTime() - startedAt.getTime());
}

export function runColumns(now: Date): readonly Column<ListedRun>[] {
  return [
    { head: "Run", cell: ({ runId }) => <a href={`/runs/${runId}`}>{runId}</a> },
    { head: "Job", cell: ({ job }) => job },
    { head: "State", cell: ({ status }) => <NamedState name={status} /> },
    { head: "Begun", cell: ({ startedAt }) => <When at={startedAt} now={now} />, isWide: true },
    { head: "Took", cell: (run) => durationText(lengthOf(run, now)), isNumber: true },
    { head: "Records", cell: ({ recordsRead }) => countText(recordsRead), isNumber: true },
    { head: "Loaded", cell: ({ loaded }) => countText(loaded), isNumber: true },
    { head: "Corrected", cell: ({ corrected }) => countText(corrected), isNumber: true },
    { head: "Rejected", cell: ({ rejected }) => countText(rejected), isNumber: true },
    { head: "Why it failed", cell: ({ errorCode }) => (errorCode === null ? "" : <code>{errorCode}</code>) },
  ];
}

interface RunsProps {
  readonly runs: readonly ListedRun[];
  /** Undefined on the first page. */
  readonly before: number | undefined;
  readonly hasMore: boolean;
  readonly now: Date;
}

export function RunsPage({ runs, before, hasMore, now }: RunsProps): VNode {
  const oldest = runs.at(-1)?.runId;
  return (
    <>
      <Lead title="Runs">Every execution of a job, the newest first.</Lead>
      <Card title={before === undefined ? "Latest runs" : `Runs before ${before}`}>
        <Table
          caption="Runs with their state, length and what became of records"
          columns={runColumns(now)}
          rows={runs}
          empty={
            before === undefined
              ? "Nothing has run yet. To load what is there: npm run job:ingest"
              : "There is none before."
          }
        />
        {(hasMore || before !== undefined) && (
          <p class="links">
            {before !== undefined && <a href="/runs">Newest</a>}
            {hasMore && oldest !== undefined && <a href={`/runs?before=${oldest}`}>Older</a>}
          </p>
        )}
      </Card>
    </>
  );
}
