import { stat } from "node:fs/promises";
import type pg from "pg";
import { sqlFile } from "../src/database/sqlFile.ts";
import { identityOf } from "../src/runs/fileIdentity.ts";
import { NO_OUTCOMES } from "../src/runs/outcomes.ts";
import { sourcesOfUnchanged, type StandingFile } from "../src/runs/unchangedFiles.ts";
import type { SourceName } from "../src/sources/contracts.ts";
import type { DiscoveredFile } from "../src/sources/discoverFiles.ts";
import type { FileReport } from "./ingestReport.ts";

const resolvedOfFiles = sqlFile(new URL("./resolvedOfFiles.sql", import.meta.url));

/** Files looked at side by side: more would only wait for each other. */
const LOOKED_AT = 64;

/**
 * Reports of those files of a source that need not be opened, by path: they are loaded to their end and have not changed
 * since. A file that is done with costs a run no step, no statement and no line of the log of its own, however many there
 * are. Any other file, one that cannot be looked at among them, is left to whoever opens it.
 *
 * @param resolved how many quarantined records of the source this run has loaded
 */
export async function unchangedReports(
  { pool, runId }: { readonly pool: pg.Pool; readonly runId: number },
  source: SourceName,
  files: readonly DiscoveredFile[],
  resolved: number,
): Promise<ReadonlyMap<string, FileReport>> {
  const sources = await sourcesOfUnchanged(pool, await standing(files));
  const unchanged = files.filter(({ path }) => sources.get(path) === source);
  const resolvedOf = resolved === 0 ? new Map<string, number>() : await resolvedByPath(pool, runId, source);
  return new Map(
    unchanged.map(({ path }) => [
      path,
      {
        source,
        path,
        status: "unchanged",
        outcomes: NO_OUTCOMES,
        warningsByKind: {},
        resolved: resolvedOf.get(path) ?? 0,
        watermark: null,
        durationMs: 0,
      },
    ]),
  );
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

async function resolvedByPath(
  pool: pg.Pool,
  runId: number,
  source: SourceName,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await resolvedOfFiles.run<{ path: string; resolved: number }>(pool, {
    run_id: runId,
    source,
  });
  return new Map(rows.map(({ path, resolved }) => [path, resolved]));
}
