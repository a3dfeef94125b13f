import { stat } from "node:fs/promises";
import type pg from "pg";
import { sqlFile } from "../src/database/sqlFile.ts";
import { identityOf } from "../src/runs/fileIdentity.ts";
import { NO_OUTCOMES } from "../src/runs/outcomes.ts";
import { sourcesOfUnchanged, type StandingFile } from "../src/runs/unchangedFiles.ts";
import type { SourceName } from "../src/sources/contracts.ts";
import type { DiscoveredFile } from "../src/sources/discoverFiles.ts";
import type { FileReport } from "./ingestReport.ts";

const touchedFiles = sqlFile(new URL("./touchedFiles.sql", import.meta.url));

/** Files looked at side by side: more would only wait for each other. */
const LOOKED_AT = 64;

/**
 * Reports of those files of a source that need not be opened, by path: they are loaded to their end and have not changed
 * since. A file that is done with costs a run no step, no statement and no line of the log of its own, however many there
 * are. Any other file is left to whoever opens it: one that cannot be looked at, and one that this run has done something
 * to, in an attempt that was broken off or in the quarantine.
 */
export async function unchangedReports(
  { pool, runId }: { readonly pool: pg.Pool; readonly runId: number },
  source: SourceName,
  files: readonly DiscoveredFile[],
): Promise<ReadonlyMap<string, FileReport>> {
  const sources = await sourcesOfUnchanged(pool, await standing(files));
  const unchanged = files.filter(({ path }) => sources.get(path) === source);
  if (unchanged.length === 0) return new Map();
  const { rows } = await touchedFiles.run<{ path: string }>(pool, { run_id: runId, source });
  const touched = new Set(rows.map(({ path }) => path));
  return new Map(
    unchanged
      .filter(({ path }) => !touched.has(path))
      .map(({ path }) => [path, unchangedReport(source, path)]),
  );
}

function unchangedReport(source: SourceName, path: string): FileReport {
  const nothing = { outcomes: NO_OUTCOMES, warningsByKind: {}, resolved: 0, watermark: null, durationMs: 0 };
  return { source, path, status: "unchanged", ...nothing };
}

async function standing(files: readonly DiscoveredFile[]): Promise<StandingFile[]> {
  const found: StandingFile[] = [];
  for (let first = 0; first < files.length; first += LOOKED_AT) {
    const looks = files.slice(first, first + LOOKED_AT).map(async ({ path, absolutePath }) => {
      const stats = await stat(absolutePath, { bigint: true }).catch(() => undefined);
      return stats === undefined ? [] : [{ path, identity: identityOf(stats) }];
    });
    found.push(...(await Promise.all(looks)).flat());
  }
  return found;
}
