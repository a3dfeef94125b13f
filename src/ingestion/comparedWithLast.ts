import type { FileLedger } from "../runs/fileLedger.ts";
import { compareColumns, type ColumnChange } from "../sources/columnChanges.ts";
import { readColumnTypes, type ColumnTypes } from "../sources/columnTypes.ts";
import type { Contract } from "../sources/contracts.ts";
import type { Dialect } from "../sources/dialect.ts";
import { endsInLineEnd } from "../sources/frameText.ts";
import type { ValueType } from "../sources/typesOfValues.ts";

/** How the columns of a file have changed since the last one of its source. */
export interface ChangedColumns {
  /** The path of that one. */
  readonly comparedWith: string;
  /** At least one. */
  readonly changes: readonly ColumnChange[];
}

/** What a file is said to have, whose columns have changed. */
export function otherColumns(
  { source, path }: { readonly source: string; readonly path: string },
  { comparedWith }: ChangedColumns,
): string {
  return comparedWith === path
    ? "other columns than what stood at its path before, and was loaded last"
    : `other columns than ${comparedWith}, the last ${source} file before it`;
}

/** What a file's beginning tells of its columns. */
export interface ComparedFile {
  /** What is known of them by now; null where the file ends inside its header. */
  readonly known: ColumnTypes | null;
  /** Null where they are as they were, or the file is the first of its source. */
  readonly changed: ChangedColumns | null;
}

/** Compares the columns of a file with those of the last one of its source that was loaded. Writes nothing. */
export async function comparedWithLast(
  contract: Contract,
  dialect: Dialect,
  beginning: Buffer,
  ledger: FileLedger,
): Promise<ComparedFile> {
  if (!endsInLineEnd(beginning.subarray(0, dialect.headerBytes))) return { known: null, changed: null };
  const now = await readColumnTypes(contract, dialect, beginning);
  const last = await ledger.lastLoaded(contract.source);
  if (last === null) return { known: now, changed: null };
  const before = new Map(Object.entries(last.types)) as ReadonlyMap<string, ValueType | null>;
  const { changes, known } = compareColumns(contract, before, now);
  return { known, changed: changes.length === 0 ? null : { comparedWith: last.path, changes } };
}
