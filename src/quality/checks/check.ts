import type { SourceName } from "../../sources/contracts.ts";
import type { RecordCheck, Severity } from "../../sources/recordChecks.ts";

/** What a check asks. */
export const CHECK_KINDS = [
  "unique",
  "not_null",
  "accepted_values",
  "relationships",
  "range",
  "row_count",
  "freshness",
  "sums",
] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

/** What a check asks of the rows of a model. Bounds are decimals, or ISO 8601 times. */
export type ModelRule =
  | { readonly kind: "unique"; readonly columns: readonly string[] }
  | { readonly kind: "not_null" }
  | { readonly kind: "accepted_values"; readonly values: readonly string[] }
  | { readonly kind: "relationships"; readonly to: string; readonly column: string }
  | { readonly kind: "range"; readonly min: Bound | null; readonly max: Bound | null };

export type Bound = number | Date;

/** What a check asks of the loads of a source. */
export type LoadsRule =
  | { readonly kind: "row_count" }
  | { readonly kind: "freshness"; readonly warnAfterMs: number | null; readonly errorAfterMs: number | null };

/** What is kept in two places, and has to agree: the ledger of files with the facts, the rollups with the facts. */
export const SUMS = ["files_to_facts", "facts_to_rollups"] as const;
export type SumsName = (typeof SUMS)[number];

interface Declared {
  /** Unique among all checks; stable. */
  readonly name: string;
  readonly severity: Severity;
  /** Where it is declared, as `file:line`. */
  readonly place: string;
  /** What would be right, in words. */
  readonly expected: string;
}

/** A check of all rows of a table or view. */
export interface ModelCheck extends Declared {
  readonly on: "model";
  /** As it is declared: with its schema or without. */
  readonly model: string;
  readonly column: string | null;
  readonly rule: ModelRule;
}

/** A check that loaders make of each record; what came of it is kept with the run. */
export interface DeclaredRecordCheck extends Declared, RecordCheck {
  readonly on: "records";
}

/** A check of what loads of a source brought. */
export interface LoadsCheck extends Declared {
  readonly on: "loads";
  readonly source: SourceName;
  readonly rule: LoadsRule;
}

export interface SumsCheck extends Declared {
  readonly on: "sums";
  readonly rule: { readonly kind: "sums"; readonly of: SumsName };
}

/** A check as it is declared in checks.yaml. */
export type Check = ModelCheck | DeclaredRecordCheck | LoadsCheck | SumsCheck;

export type CheckStatus = "passed" | "warned" | "failed";

/** What came of a check. */
export interface CheckResult {
  readonly name: string;
  /** The model or source, or `sums`. */
  readonly subject: string;
  /** Null where it is about more than one column, or none. */
  readonly column: string | null;
  readonly kind: CheckKind;
  readonly severity: Severity;
  readonly status: CheckStatus;
  /** How much was found: rows, keys, records, loads or differences, by its kind. 0 exactly when it passed. */
  readonly failures: number;
  /** What was found, with the first few keys; never card data. */
  readonly observed: string;
  readonly expected: string;
  readonly checkedAt: Date;
}

/** What a check is about: a model or source, and perhaps one column of it. */
export function subjectOf(check: Check): { readonly subject: string; readonly column: string | null } {
  switch (check.on) {
    case "model":
      return { subject: check.model, column: check.column };
    case "records":
      return { subject: check.source, column: check.column };
    case "loads":
      return { subject: check.source, column: null };
    case "sums":
      return { subject: "sums", column: null };
  }
}

/** How a check stands by which so much was found. */
export function statusOf(severity: Severity, failures: number): CheckStatus {
  if (failures === 0) return "passed";
  return severity === "warn" ? "warned" : "failed";
}
