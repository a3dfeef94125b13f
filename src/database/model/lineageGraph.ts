import { Source } from "../generated/enums.ts";
import type { Model, ModelTable, Place, TableKind } from "./model.ts";

/** Something of the pipeline that goes by a name: a kind of file, or a table or view that is made of what is in files. */
export interface LineageNode {
  readonly name: string;
  readonly kind: "source" | Exclude<TableKind, "operations">;
}

/** What comes from where, as a graph of names. */
export interface LineageGraph {
  /** Sources first, then in the order of prisma/schema.prisma. */
  readonly nodes: readonly LineageNode[];
  /** Names of all that something is made from, or reads. */
  readonly above: (name: string) => ReadonlySet<string>;
  /** Names of all that is made from something, or reads it. */
  readonly below: (name: string) => ReadonlySet<string>;
  /** Sources whose files fill a table of the star. */
  readonly sourcesOf: (table: string) => readonly Source[];
  /** Sources that are to be loaded before one: its records refer by key to what they bring, and do not bring it along. */
  readonly neededBefore: (source: Source) => readonly Source[];
}

/** The nodes alone, which no database is needed for. */
export function lineageNodes({ tables }: Pick<Model, "tables">): LineageNode[] {
  return [
    ...Object.values(Source).map((name): LineageNode => ({ name, kind: "source" })),
    ...tables.flatMap(({ name, kind }): LineageNode[] => (kind === "operations" ? [] : [{ name, kind }])),
  ];
}

export function lineageGraph({ tables, lineage }: Pick<Model, "tables" | "lineage">): LineageGraph {
  const nodes = lineageNodes({ tables });
  const names = new Set(nodes.map(({ name }) => name));
  // What is kept about the work comes from all of it, and is asked for by nobody.
  const steps = lineage.filter(({ from, to }) => [from, to].every((place) => names.has(place.name)));
  const into = stepsFrom(steps.map(({ from, to }) => [from, to]));
  const from = stepsFrom(steps.map((step) => [step.to, step.from]));
  const sourcesOf = (table: string): Source[] =>
    steps.flatMap((step) => (step.from.kind === "file" && step.to.name === table ? [step.from.name] : []));
  const referred = (source: Source): string[] =>
    [...(into.get(source) ?? [])].flatMap((fed) => referencesOf(tables, fed));
  return {
    nodes,
    above: (name) => reached(name, from),
    below: (name) => reached(name, into),
    sourcesOf,
    neededBefore: (source) => {
      const isBroughtAlong = (table: string): boolean => into.get(source)?.has(table) === true;
      const others = referred(source).filter((table) => !isBroughtAlong(table));
      return [...new Set(others.flatMap(sourcesOf))];
    },
  };
}

type Steps = ReadonlyMap<string, ReadonlySet<string>>;

function stepsFrom(pairs: readonly (readonly [Place, Place])[]): Steps {
  const steps = new Map<string, Set<string>>();
  for (const [one, other] of pairs) {
    const others = steps.get(one.name) ?? new Set<string>();
    steps.set(one.name, others.add(other.name));
  }
  return steps;
}

function reached(start: string, steps: Steps): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const next of steps.get(name) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

function referencesOf(tables: readonly ModelTable[], name: string): string[] {
  return tables.flatMap((table) => (table.name === name ? table.references.map(({ to }) => to.name) : []));
}
