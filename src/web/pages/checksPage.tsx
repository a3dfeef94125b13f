import type { VNode } from "preact";
import type { PageCheck } from "../reading/pageSource.ts";
import { Card, Figures, Lead } from "./card.tsx";
import { NamedState } from "./state.tsx";
import { Table, type Column } from "./table.tsx";
import { countText, Foreign, When } from "./values.tsx";

const ORDER = ["failed", "warned", "passed"] as const;

export function ChecksPage({
  checks,
  now,
}: {
  readonly checks: readonly PageCheck[];
  readonly now: Date;
}): VNode {
  const inOrder = ORDER.flatMap((status) => checks.filter((check) => check.status === status));
  const count = (status: PageCheck["status"]): string =>
    countText(checks.filter((check) => check.status === status).length);
  return (
    <>
      <Lead title="Checks">What must hold of the data, as declared, and what came of it last.</Lead>
      {checks.length > 0 && (
        <Card title="At a glance">
          <Figures
            figures={[
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
    { head: "Check", cell: ({ name }) => name, isWide: true },
    { head: "State", cell: ({ status }) => <NamedState name={status} /> },
    { head: "If it fails", cell: ({ severity }) => severity },
    { head: "Found", cell: ({ observed }) => <Foreign text={observed} />, isWide: true },
    { head: "Expected", cell: ({ expected }) => expected, isWide: true },
    { head: "Run", cell: ({ runId }) => <a href={`/runs/${runId}`}>{runId}</a>, isNumber: true },
    { head: "Judged", cell: ({ checkedAt }) => <When at={checkedAt} now={now} /> },
  ];
}
