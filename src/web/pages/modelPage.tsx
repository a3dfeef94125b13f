import { Fragment, type VNode } from "preact";
import {
  neighboursOf,
  referencesOf,
  type LineageStep,
  type Model,
  type ModelColumn,
  type ModelTable,
  type Place,
  type TableKind,
} from "../../database/model/model.ts";
import { Card, Lead } from "./card.tsx";
import { addressOf } from "./modelAddress.ts";
import { LineageDiagram, StarDiagram } from "./modelDiagrams.tsx";
import { Table } from "./table.tsx";

const KINDS: readonly (readonly [TableKind, string])[] = [
  ["fact", "Fact"],
  ["dimension", "Dimensions"],
  ["history", "History"],
  ["rollup", "Rollups"],
  ["view", "Views"],
  ["operations", "Operations"],
];

export function ModelPage({ model }: { readonly model: Model }): VNode {
  return (
    <>
      <Lead title="Model">What is in the database, what it means, and what comes from where.</Lead>
      <Card title="The star">
        <p class="soft">
          The fact, and the dimensions that it refers to. The name of each table leads to the meaning of its
          columns.
        </p>
        <StarDiagram model={model} />
      </Card>
      <Card title="From files to answers">
        <p class="soft">What is in one goes into, or is read by, those that it points to.</p>
        <LineageDiagram model={model} />
      </Card>
      {KINDS.map(([kind, title]) => (
        <Card key={kind} title={title}>
          <Table
            caption={`${title}: tables and what they are for`}
            columns={[
              { head: "Name", cell: (table) => <a href={addressOf(table)}>{table.name}</a> },
              { head: "Schema", cell: ({ schema }) => schema },
              {
                head: "What it is for",
                cell: ({ description }) => <Words text={description} />,
                isWide: true,
              },
              { head: "Columns", cell: ({ columns }) => columns.length, isNumber: true },
            ]}
            rows={model.tables.filter((table) => table.kind === kind)}
            empty="There is none."
          />
        </Card>
      ))}
    </>
  );
}

/** Text with `names` set as such. */
function Words({ text }: { readonly text: string }): VNode {
  return (
    <>
      {text.split("`").map((part, index) => (
        <Fragment key={index}>{index % 2 === 1 ? <code>{part}</code> : part}</Fragment>
      ))}
    </>
  );
}

export function TablePage({
  table,
  lineage,
}: {
  readonly table: ModelTable;
  readonly lineage: readonly LineageStep[];
}): VNode {
  const { from, into } = neighboursOf(table, lineage);
  return (
    <>
      <Lead title={table.name}>
        In {table.schema}; <a href="/model">all tables and views</a>
      </Lead>
      <Card title="What it is for">
        <p>
          <Words text={table.description} />
        </p>
        <Places title="It is made from" places={from} />
        <Places title="It is read by" places={into} />
      </Card>
      <Card title="Columns">
        <Table<ModelColumn>
          caption={`The columns of ${table.name}`}
          columns={[
            { head: "Column", cell: ({ name }) => name },
            { head: "Type", cell: ({ type }) => <code>{type}</code> },
            { head: "Null", cell: ({ isNullable }) => (isNullable ? "yes" : "no") },
            { head: "Key", cell: (column) => <Keys table={table} column={column} /> },
            { head: "What it means", cell: ({ description }) => <Words text={description} />, isWide: true },
          ]}
          rows={table.columns}
          empty=""
        />
      </Card>
    </>
  );
}

function Keys({
  table,
  column: { name, isUnique },
}: {
  readonly table: ModelTable;
  readonly column: ModelColumn;
}): VNode {
  return (
    <>
      {table.key.includes(name) ? "key " : ""}
      {isUnique ? "unique " : ""}
      {referencesOf(table, name).map(({ to, column }) => (
        <Fragment key={`${to.name}.${column}`}>
          → <a href={addressOf(to)}>{to.name}</a>{" "}
        </Fragment>
      ))}
    </>
  );
}

function Places({
  title,
  places,
}: {
  readonly title: string;
  readonly places: readonly Place[];
}): VNode | null {
  if (places.length === 0) return null;
  return (
    <p>
      {title}{" "}
      {places.map((place, index) => (
        <Fragment key={index}>
          {index > 0 && ", "}
          {place.kind === "file" ? `${place.name} files` : <a href={addressOf(place)}>{place.name}</a>}
        </Fragment>
      ))}
      .
    </p>
  );
}
