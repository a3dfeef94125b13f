import type { VNode } from "preact";
import { remedyOf } from "../../sources/reasons.ts";
import type { Quarantine, QuarantinedReason, QuarantineSample } from "../reading/quarantine.ts";
import { Card, Lead } from "./card.tsx";
import { NamedState } from "./state.tsx";
import { Table } from "./table.tsx";
import { countText, Foreign, several } from "./values.tsx";

export function QuarantinePage({ quarantine }: { readonly quarantine: Quarantine }): VNode {
  const { reasons, resolved } = quarantine;
  return (
    <>
      <Lead title="Quarantine">Records that could not be loaded, and why. None is lost.</Lead>
      <Card title="By reason">
        <Table
          caption="Records in quarantine by reason"
          columns={[
            { head: "Reason", cell: (reason) => <a href={`#${idOf(reason)}`}>{reason.reason}</a> },
            { head: "Source", cell: ({ source }) => source },
            { head: "State", cell: ({ state }) => <NamedState name={state} /> },
            { head: "Records", cell: ({ records }) => countText(records), isNumber: true },
            { head: "What to do", cell: ({ reason }) => remedyOf(reason), isWide: true },
          ]}
          rows={reasons}
          empty="Nothing is in quarantine."
        />
        <p class="small soft">
          {several(resolved, "record")} that {resolved === 1 ? "was" : "were"} here{" "}
          {resolved === 1 ? "has" : "have"} been loaded since. What waits for a device or a store is loaded by
          itself when that arrives; to try all again, say after a setting was changed:{" "}
          <code>npm run replay</code>
        </p>
      </Card>
      {reasons.map((reason) => (
        <Samples key={idOf(reason)} of={reason} />
      ))}
    </>
  );
}

const idOf = ({ source, reason, state }: QuarantinedReason): string => `${source}-${reason}-${state}`;

function Samples({ of }: { readonly of: QuarantinedReason }): VNode {
  const { reason, source, state, records, samples } = of;
  return (
    <Card
      title={`${reason} in ${source}`}
      id={idOf(of)}
      aside={
        <span class="small">
          <NamedState name={state} /> {several(records, "record")}
        </span>
      }
    >
      <p>{remedyOf(reason)}</p>
      <Table
        caption={`The newest ${several(samples.length, "record")}: ${reason}`}
        columns={[
          {
            head: "Where",
            isWide: true,
            cell: ({ path, line }: QuarantineSample) => (
              <>
                <Foreign text={path} />:{line}
              </>
            ),
          },
          { head: "Column", cell: ({ column }) => (column === null ? "" : <code>{column}</code>) },
          { head: "Id", cell: ({ naturalKey }) => naturalKey?.toString() ?? "", isNumber: true },
          { head: "Run", cell: ({ runId }) => <a href={`/runs/${runId}`}>{runId}</a>, isNumber: true },
          { head: "What is kept of it", cell: ({ fields }) => <Fields fields={fields} />, isWide: true },
        ]}
        rows={samples}
        empty=""
      />
      {records > samples.length && (
        <p class="small soft">
          More of them: <code>npm run rejects -- --limit {Math.min(records, 1_000)}</code>
        </p>
      )}
    </Card>
  );
}

/** Longer texts are cut: the whole stands in its file. */
const MOST_LETTERS = 80;

/** The fields of a record as they are kept: typed, and without anything of its card. */
function Fields({ fields }: { readonly fields: unknown }): VNode {
  if (typeof fields !== "object" || fields === null)
    return <span class="soft">nothing but its place: see the line in its file</span>;
  return (
    <span class="small">
      {Object.entries(fields).map(([name, value], index) => (
        <span key={name}>
          {index > 0 && ", "}
          {name}: <Foreign text={cut(String(value))} />
        </span>
      ))}
    </span>
  );
}

function cut(text: string): string {
  const letters = Array.from(text);
  return letters.length <= MOST_LETTERS ? text : `${letters.slice(0, MOST_LETTERS).join("")}…`;
}
