import type { VNode } from "preact";
import type { PageCheck, PageChecks } from "../reading/source.ts";
import { Card, Figures, Lead } from "./card.tsx";
import { NamedState } from "./state.tsx";
import { Table, type Column } from "./table.tsx";
import { countText, Foreign, When } from "./values.tsx";

const ORDER = ["failed", "warned", "passed"] as const;

interface ChecksProps {
  readonly checks: PageChecks;
  readonly now: Date;
}

export function ChecksPage({ checks: { results: checks, problem }, now }: ChecksProps): VNode {
  const inOrder = ORDER.flatMap((status) => checks.filter((check) => check.status === status));
  const count = (status: PageCheck["status"]): string =>
    countText(checks.filter((check) => check.status === status).length);
  return (
    <>
      <Lead title="Checks">What must hold of the data, as declared, and what came of it last.</Lead>
      {problem !== undefined && (
        <Card title="The checks cannot be read">
          <p>
            <Foreign text={problem} />
          </p>
        </Card>
      )}
      {checks.length > 0 && (
        <Card title="At a glance">
          <Figures
            values={[
              ["Failed", count("failed")],
              ["Warned", count("warned")],
              ["Passed", count("passed")],
            ]}
          />
        </Card>
      )}
      <Card title="Results">
        <Table
          caption="The latest result of each check; what failed stands first"
          columns={columns(now)}
          rows={inOrder}
          empty="No check has been judged yet. To judge them all: npm run checks"
        />
      </Card>
    </>
  );
}

function columns(now: Date): readonly Column<PageCheck>[] {
  return [
    { head: "Check", cell: ({ name }) => name },
    { head: "State", cell: ({ status }) => <NamedState name={status} /> },
    { head: "If it fails", cell: ({ severity }) => severity },
    { head: "Found", cell: ({ observed }) => <Foreign text={observed} />, isWide: true },
    { head: "Expected", cell: ({ expected }) => <Foreign text={expected} />, isWide: true },
    { head: "Run", cell: ({ runId }) => <a href={`/runs/${runId}`}>{runId}</a>, isNumber: true },
    { head: "Judged", cell: ({ checkedAt }) => <When at={checkedAt} now={now} /> },
  ];
}
