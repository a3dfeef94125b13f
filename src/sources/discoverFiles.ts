import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { TillhouseError } from "../lib/errors.ts";
import { openText, type TextLimits } from "./carriers/openText.ts";
import { CONTRACTS, SOURCES, type SourceName } from "./contracts.ts";
import { openDataFile, type FilePlace } from "./dataFile.ts";
import { contentsOf } from "./dataFolder.ts";
import { readDialect } from "./dialect.ts";
import type { ForeignFormat } from "./foreignFormats.ts";
import { sourceOfHeader } from "./header.ts";
import { placesNamed } from "./namedFiles.ts";
import { undefinedWhenUnreadable } from "./notFound.ts";
import type { RefusedFile } from "./refusedFile.ts";

/** A file that belongs to a source. */
export interface DiscoveredFile extends FilePlace {
  readonly source: SourceName;
  /** How it is called in the ledger and in messages: below DATA_DIR, or absolute when it lies elsewhere. */
  readonly path: string;
  /** DATA_DIR, for a file of it. */
  readonly folder: string | undefined;
}

export interface Discovery {
  /** Stores first, then devices, then transactions; by path within a source. */
  readonly files: readonly DiscoveredFile[];
  /** Files that look like data but fit no source, and folders that cannot be looked into. */
  readonly unknown: readonly UnknownFile[];
  /** What is no file of DATA_DIR's own: links that lead out of it, pipes, devices; and names that would forge a log. */
  readonly refused: readonly RefusedFile[];
}

/** What is left alone. */
export interface UnknownFile {
  readonly path: string;
  /** Why, as a clause. */
  readonly reason: string;
  /** What it seems to be; absent where it could be a CSV file, or cannot be looked at. */
  readonly foreign?: ForeignFormat | undefined;
}

const OF_NO_SOURCE = "neither its name nor its header tells what it holds";

/** Of files, tells the sources of those that were loaded before and have not changed since, by path. */
export type SourcesOfUnchanged = (
  files: readonly { readonly path: string; readonly stats: BigIntStats }[],
) => Promise<ReadonlyMap<string, SourceName>>;

/**
 * Finds what there is to load: the files of DATA_DIR and of the folders below it, or the ones named. A file's source is told
 * by its name, else by what is known of it, else by its header: so a file is only read here when it is new or has changed. A
 * link counts as what it leads to, within DATA_DIR. A named file may lie anywhere, but a path that goes through DATA_DIR must
 * end there.
 *
 * @throws TillhouseError `file_not_found` for a named file, or DATA_DIR itself, that is not there; `file_refused` for a
 *   named one that may not be read
 */
export async function discoverFiles(
  dataDir: string,
  named: readonly string[],
  limits: TextLimits,
  sourcesOfUnchanged: SourcesOfUnchanged,
): Promise<Discovery> {
  const { places, refused, closed } =
    named.length > 0
      ? { places: await placesNamed(dataDir, named), refused: [], closed: [] }
      : await contentsOf(dataDir);
  const files: DiscoveredFile[] = [];
  const unnamed: NamelessFile[] = [];
  const unknown: UnknownFile[] = closed.map((path) => ({
    path,
    reason: "this user may not read the folder",
  }));
  for (const place of places) {
    const source = sourceOfName(place.absolutePath);
    if (source !== undefined) {
      files.push({ source, ...place });
      continue;
    }
    const stats = await stat(place.absolutePath, { bigint: true }).catch(undefinedWhenUnreadable);
    if (stats === undefined) unknown.push({ path: place.path, reason: OF_NO_SOURCE });
    else unnamed.push({ ...place, stats });
  }
  const sources = unnamed.length === 0 ? new Map<string, SourceName>() : await sourcesOfUnchanged(unnamed);
  for (const { stats: _stats, ...place } of unnamed) {
    const known = sources.get(place.path);
    const told = known === undefined ? await contentOf(place, limits) : undefined;
    const source = known ?? told?.source;
    if (source !== undefined) files.push({ source, ...place });
    else unknown.push({ path: place.path, reason: told?.reason ?? OF_NO_SOURCE, foreign: told?.foreign });
  }
  files.sort(bySourceAndPath);
  return { files, unknown, refused };
}

/** Stores first, then devices, then transactions; by path within a source. */
export function bySourceAndPath<File extends Pick<DiscoveredFile, "source" | "path">>(
  left: File,
  right: File,
): number {
  const order = SOURCES.indexOf(left.source) - SOURCES.indexOf(right.source);
  return order === 0 ? (left.path < right.path ? -1 : 1) : order;
}

/** A file whose name does not tell its source. */
interface NamelessFile extends FilePlace {
  readonly stats: BigIntStats;
}

/** Where a file of the ledger lies, by its path there. */
export function placeOf(dataDir: string, path: string): FilePlace {
  return isAbsolute(path)
    ? { path, absolutePath: path, folder: undefined }
    : { path, absolutePath: join(dataDir, path), folder: dataDir };
}

function sourceOfName(path: string): SourceName | undefined {
  const name = basename(path).toLowerCase();
  return SOURCES.find((source) => name.startsWith(CONTRACTS[source].fileNamePrefix));
}

/** What a file's beginning tells; nothing of one that cannot be read, but perhaps why. */
interface Content {
  readonly source?: SourceName | undefined;
  readonly foreign?: ForeignFormat | undefined;
  /** Why it cannot be read, as a clause. */
  readonly reason?: string;
}

async function contentOf(place: FilePlace, limits: TextLimits): Promise<Content> {
  const file = await openDataFile(place).catch(undefinedWhenUnreadable);
  if (file === undefined) return {};
  try {
    const { beginning, atEnd, foreign } = await openText(file, place, limits);
    const dialect = await readDialect(beginning, atEnd);
    return { source: "refusal" in dialect ? undefined : sourceOfHeader(dialect.header), foreign };
  } catch (error) {
    if (error instanceof TillhouseError) return { reason: String(error.details["reason"]) };
    undefinedWhenUnreadable(error);
    return {};
  } finally {
    await file.close();
  }
}
