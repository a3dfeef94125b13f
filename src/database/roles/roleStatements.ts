import { escapeIdentifier } from "pg";
import type { RoleDifference } from "./roleDifferences.ts";

/** In this order: a role is made before it is given anything, and what is too much goes before what is missing comes. */
const ORDER: readonly (readonly [RoleDifference["what"], RoleDifference["kind"]])[] = [
  ["missing", "role"],
  ["missing", "attribute"],
  ["excess", "attribute"],
  ["excess", "membership"],
  ["missing", "membership"],
  ["excess", "database"],
  ["excess", "parameter"],
  ["excess", "schema"],
  ["excess", "table"],
  ["excess", "column"],
  ["excess", "sequence"],
  ["excess", "routine"],
  ["missing", "database"],
  ["missing", "parameter"],
  ["missing", "schema"],
  ["missing", "table"],
  ["missing", "column"],
  ["missing", "sequence"],
];

/** Where the statements are to be run. */
export interface StatementContext {
  readonly database: string;
  /** PostgreSQL's major version: before 16 a membership cannot say what it is for. */
  readonly major: number;
}

/**
 * The statements that take differences away, each of which can be run by itself: those that this user runs, and those that
 * are printed for an administrator, are the same. Names are quoted, verbs are those that `RIGHTS` or the catalogue has.
 */
export function roleStatements(
  differences: readonly RoleDifference[],
  context: StatementContext,
): readonly string[] {
  return ORDER.flatMap(([what, kind]) => {
    const ofKind = differences.filter((difference) => difference.what === what && difference.kind === kind);
    const groups = Object.values(
      grouped(ofKind, (one) => `${one.role} ${JSON.stringify(verbsOf(one, ofKind))}`),
    );
    return groups.flatMap((group) => statementsOf(group, context));
  });
}

/** All verbs that the same role lacks, or has too much, on the same object. */
function verbsOf(one: RoleDifference, all: readonly RoleDifference[]): readonly string[] {
  const isSame = ({ role, names }: RoleDifference): boolean =>
    role === one.role && JSON.stringify(names) === JSON.stringify(one.names);
  const columns = grouped(all.filter(isSame), ({ privilege }) => privilege);
  return Object.entries(columns).map(([privilege, cells]) => {
    const named = cells.flatMap(({ column }) => (column === null ? [] : [escapeIdentifier(column)]));
    return named.length === 0 ? privilege : `${privilege} (${named.join(", ")})`;
  });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {};
  for (const one of all) (groups[keyOf(one)] ??= []).push(one);
  return groups;
}

/** Of differences alike in all but the object. */
function statementsOf(group: readonly RoleDifference[], { database, major }: StatementContext): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { what, kind } = first;
  const role = first.role === "PUBLIC" ? first.role : escapeIdentifier(first.role);
  switch (kind) {
    case "role":
      return [`CREATE ROLE ${role} NOLOGIN NOINHERIT`];
    case "attribute":
      return group.map(
        ({ privilege }) => `ALTER ROLE ${role} ${what === "missing" ? privilege : `NO${privilege}`}`,
      );
    case "membership": {
      const groups = group.map(({ names }) => names.map(escapeIdentifier).join()).join(", ");
      if (what === "excess") return [`REVOKE ${groups} FROM ${role}`];
      return [`GRANT ${groups} TO ${role}${major < 16 ? "" : " WITH SET TRUE, INHERIT FALSE"}`];
    }
    case "database":
    case "parameter":
    case "schema":
    case "table":
    case "column":
    case "sequence":
    case "routine": {
      const verbs = verbsOf(first, group).join(", ");
      const on = kind === "database" ? `DATABASE ${escapeIdentifier(database)}` : objectsOf(kind, group);
      return [
        what === "missing" ? `GRANT ${verbs} ON ${on} TO ${role}` : `REVOKE ${verbs} ON ${on} FROM ${role}`,
      ];
    }
  }
}

const NOUNS = {
  schema: "SCHEMA",
  table: "TABLE",
  column: "TABLE",
  sequence: "SEQUENCE",
  parameter: "PARAMETER",
  routine: "ROUTINE",
} as const;

function objectsOf(kind: keyof typeof NOUNS, group: readonly RoleDifference[]): string {
  // A routine's name comes with its arguments, quoted by the server.
  const names = group.map(({ names: parts }) =>
    kind === "routine" ? parts.join(".") : parts.map(escapeIdentifier).join("."),
  );
  return `${NOUNS[kind]} ${[...new Set(names)].join(", ")}`;
}
