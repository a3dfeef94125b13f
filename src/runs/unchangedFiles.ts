import type pg from "pg";
import type { Source } from "../database/generated/enums.ts";
import { sqlFile } from "../database/sqlFile.ts";
import { identityOfRow, sameIdentity, type FileIdentity, type IdentityRow } from "./fileIdentity.ts";

const loadedFiles = sqlFile(new URL("./loadedFiles.sql", import.meta.url));

/** A file as it stands. */
export interface StandingFile {
  readonly path: string;
  readonly identity: FileIdentity;
}

/**
 * Of files, those that are loaded to their end and have not changed since, told without reading them: their sources, by
 * path. One question for all of them: a folder holds thousands that are done with, and each run meets them all.
 */
export async function sourcesOfUnchanged(
  pool: pg.Pool,
  files: readonly StandingFile[],
): Promise<ReadonlyMap<string, Source>> {
  if (files.length === 0) return new Map();
  const { rows } = await loadedFiles.run<LoadedFileRow>(pool, { paths: files.map(({ path }) => path) });
  const standing = new Map(files.map(({ path, identity }) => [path, identity]));
  const isUnchanged = (row: LoadedFileRow): boolean => {
    const identity = standing.get(row.path);
    return identity !== undefined && sameIdentity(identityOfRow(row), identity);
  };
  return new Map(rows.filter(isUnchanged).map(({ path, source }) => [path, source]));
}

interface LoadedFileRow extends IdentityRow {
  readonly path: string;
  readonly source: Source;
}
