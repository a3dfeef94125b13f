import type { VNode } from "preact";
import type { Box } from "../charts/layOut.ts";
import type { Model, ModelTable, Place, TableKind } from "../../database/model/model.ts";
import { Diagram, LETTER_PX } from "./diagram.tsx";
import { addressOf } from "./modelAddress.ts";

const STAR = "ingestion_layer";
const ROW_PX = 18;
const PADDING_PX = 10;

interface TableBox extends Box {
  readonly table: ModelTable;
}

/** The fact and its dimensions, with their columns. */
export function StarDiagram({ model }: { readonly model: Model }): VNode {
  const tables = model.tables.filter(
    ({ kind, schema }) => schema === STAR && (kind === "fact" || kind === "dimension"),
  );
  const names = new Set(tables.map(({ name }) => name));
  const lines = tables.flatMap(({ name, references }) => {
    const referred = new Set(references.filter(({ to }) => names.has(to.name)).map(({ to }) => to.name));
    return [...referred].map((from) => ({ from, to: name }));
  });
  return (
    <Diagram<TableBox>
      name="star"
      label="The fact and its dimensions with their columns; an arrow leads from what is referred to. All are listed below."
      boxes={tables.map((table) => ({
        id: table.name,
        table,
        width: Math.max(boldWidth(table.name), widthOf(table.columns.map(({ name }) => `${name} key`))),
        height: (table.columns.length + 1) * ROW_PX + 14,
      }))}
      lines={lines}
      gapPx={64}
      inside={(box) => <Entity of={box} />}
    />
  );
}

const widthOf = (texts: readonly string[]): number =>
  Math.ceil(Math.max(...texts.map(({ length }) => length)) * LETTER_PX) + 2 * PADDING_PX;
/** Names of tables are set in bold. */
const BOLD = 1.12;
const boldWidth = (text: string): number => Math.ceil(text.length * LETTER_PX * BOLD) + 2 * PADDING_PX;

function Entity({ of: { table, width, height } }: { readonly of: TableBox }): VNode {
  const referring = new Set(table.references.flatMap(({ columns }) => columns));
  return (
    <>
      <rect class={`box box-${table.kind}`} width={width} height={height} rx="6" />
      <path class="line" d={`M0 ${ROW_PX + 5}h${width}`} />
      <a href={addressOf(table)}>
        <text class="name" x={PADDING_PX} y={ROW_PX - 1}>
          {table.name}
        </text>
      </a>
      {table.columns.map(({ name }, index) => (
        <text key={name} x={PADDING_PX} y={(index + 2) * ROW_PX + 4}>
          {name}
          {table.key.includes(name) && <tspan class="mark"> key</tspan>}
          {referring.has(name) && <tspan class="mark"> →</tspan>}
        </text>
      ))}
    </>
  );
}

interface PlaceBox extends Box {
  readonly place: Place;
  readonly kind: TableKind | "file";
}

const idOf = (place: Place): string => (place.kind === "file" ? place.name : `${place.schema}.${place.name}`);

/** From the files to the views: what goes into what, and what reads it. */
export function LineageDiagram({ model: { lineage, tables } }: { readonly model: Model }): VNode {
  const kinds = new Map(tables.map((table) => [idOf({ ...table, kind: "table" }), table.kind]));
  const kindOf = (place: Place): PlaceBox["kind"] =>
    place.kind === "file" ? "file" : (kinds.get(idOf(place)) ?? "operations");
  const steps = lineage.filter(
    ({ from, to }) => kindOf(from) !== "operations" && kindOf(to) !== "operations",
  );
  const places = new Map(steps.flatMap(({ from, to }) => [from, to]).map((place) => [idOf(place), place]));
  return (
    <Diagram<PlaceBox>
      name="lineage"
      label="Which files feed which tables, and which rollups and views are made of these. The page of each table says the same."
      boxes={[...places].map(([id, place]) => ({
        ...{ id, place, kind: kindOf(place), height: 26 },
        width: widthOf([nameOf(place)]),
      }))}
      lines={steps.map(({ from, to }) => ({
        ...{ from: idOf(from), to: idOf(to) },
        columns: Math.max(1, COLUMN_OF[kindOf(to)] - COLUMN_OF[kindOf(from)]),
      }))}
      gapPx={90}
      inside={({ place, kind, width, height }) => (
        <>
          <rect class={`box box-${kind}`} width={width} height={height} rx={kind === "file" ? 0 : 6} />
          <PlaceName place={place} />
        </>
      )}
    />
  );
}

/** So that alike stands below alike. */
const COLUMN_OF: Readonly<Record<PlaceBox["kind"], number>> = {
  file: 0,
  fact: 1,
  dimension: 1,
  history: 1,
  rollup: 2,
  view: 3,
  operations: 1,
};

const nameOf = (place: Place): string => (place.kind === "file" ? `${place.name} files` : place.name);

function PlaceName({ place }: { readonly place: Place }): VNode {
  const text = (
    <text x={PADDING_PX} y="17">
      {nameOf(place)}
    </text>
  );
  return place.kind === "file" ? text : <a href={addressOf(place)}>{text}</a>;
}
