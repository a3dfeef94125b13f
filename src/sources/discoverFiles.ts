import type { BigIntStats, Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join, parse, relative, resolve, sep } from "node:path";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { shownPath } from "./cardLikeNames.ts";
import { CONTRACTS, SOURCES, type SourceName } from "./contracts.ts";
import { isInside, nameRefusal, openDataFile, refusalOf, type FilePlace } from "./dataFile.ts";
import { readDialect } from "./dialect.ts";
import { beginningOf } from "./fileText.ts";
import type { ForeignFormat } from "./foreignFormats.ts";
import { sourceOfHeader } from "./header.ts";

/** A file that belongs to a source. */
export interface DiscoveredFile extends FilePlace {
  readonly source: SourceName;
  /** How it is called in the ledger and in messages: below DATA_DIR, or absolute when it lies elsewhere. */
  readonly path: string;
  /** DATA_DIR, for a file of it. */
  readonly folder: string | undefined;
}

/** A file that is not read, whatever it holds. */
export interface RefusedFile {
  readonly path: string;
  /** Why, as a clause. */
  readonly reason: string;
}

export interface Discovery {
  /** Stores first, then devices, then transactions; by path within a source. */
  readonly files: readonly DiscoveredFile[];
  /** Files that look like data but fit no source. */
  readonly unknown: readonly UnknownFile[];
  /** What is no file of DATA_DIR's own: links that lead out of it, pipes, devices; and names that would forge a log. */
  readonly refused: readonly RefusedFile[];
}

export interface UnknownFile {
  readonly path: string;
  /** What it seems to be; undefined where it could be a CSV file, or cannot be looked at. */
  readonly foreign: ForeignFormat | undefined;
}

/** Of files, tells the sources of those that were loaded before and have not changed since, by path. */
export type SourcesOfUnchanged = (
  files: readonly { readonly path: string; readonly stats: BigIntStats }[],
) => Promise<ReadonlyMap<string, SourceName>>;

const DATA_FILE = /\.(csv|tsv|txt)$/i;

/**
 * Finds what there is to load: the files of DATA_DIR, or the ones named. A file's source is told by its name, else by
 * what is known of it, else by its header: so a file is only read here when it is new or has changed. A link counts as
 * what it leads to, within DATA_DIR. A named file may lie anywhere, but a path that goes through DATA_DIR must end there.
 *
 * @throws TillhouseError `file_not_found` for a named file, or DATA_DIR itself, that is not there; `file_refused` for a
 *   named one that may not be read
 */
export async function discoverFiles(
  dataDir: string,
  named: readonly string[],
  sourcesOfUnchanged: SourcesOfUnchanged,
): Promise<Discovery> {
  const { places, refused } = named.length > 0 ? await placesNamed(dataDir, named) : await placesIn(dataDir);
  const files: DiscoveredFile[] = [];
  const unnamed: NamelessFile[] = [];
  const unknown: UnknownFile[] = [];
  for (const place of places) {
    const source = sourceOfName(place.absolutePath);
    if (source !== undefined) {
      files.push({ source, ...place });
      continue;
    }
    const stats = await stat(place.absolutePath, { bigint: true }).catch(undefinedWhenUnreadable);
    if (stats === undefined) unknown.push({ path: place.path, foreign: undefined });
    else unnamed.push({ ...place, stats });
  }
  const sources = unnamed.length === 0 ? new Map<string, SourceName>() : await sourcesOfUnchanged(unnamed);
  for (const { stats: _stats, ...place } of unnamed) {
    const known = sources.get(place.path);
    const told = known === undefined ? await contentOf(place).catch(undefinedWhenUnreadable) : undefined;
    const source = known ?? told?.source;
    if (source === undefined) unknown.push({ path: place.path, foreign: told?.foreign });
    else files.push({ source, ...place });
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

interface Places {
  readonly places: readonly FilePlace[];
  readonly refused: readonly RefusedFile[];
}

async function placesIn(dataDir: string): Promise<Places> {
  const entries = await entriesOf(dataDir);
  const places: FilePlace[] = [];
  const refused: RefusedFile[] = [];
  const links: FilePlace[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() || entry.name.startsWith(".") || !DATA_FILE.test(entry.name)) continue;
    const place = { path: entry.name, absolutePath: join(dataDir, entry.name), folder: dataDir };
    if (entry.isSymbolicLink()) links.push(place);
    else if (entry.isFile() && nameRefusal(place.path) === undefined) places.push(place);
    else await refuseOrKeep(place, places, refused);
  }
  if (links.length === 0) return { places, refused };
  const real = await realpath(dataDir);
  const readAnyway = new Set(places.map(({ path }) => join(real, path)));
  for (const link of links) {
    const leadsTo = await realpath(link.absolutePath).catch(() => undefined);
    if (leadsTo === undefined || !readAnyway.has(leadsTo)) await refuseOrKeep(link, places, refused);
  }
  return { places, refused };
}

async function refuseOrKeep(place: FilePlace, places: FilePlace[], refused: RefusedFile[]): Promise<void> {
  // One that cannot be looked at is told by whoever opens it.
  const reason = await refusalOf(place).catch(undefinedWhenUnreadable);
  if (reason === undefined) places.push(place);
  else refused.push({ path: shownPath(place.path), reason });
}

async function entriesOf(dataDir: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(dataDir, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw notFound(
      error,
      `DATA_DIR is ${dataDir}, and there is no such folder. Example: DATA_DIR=./data`,
      dataDir,
    );
  }
}

async function placesNamed(dataDir: string, named: readonly string[]): Promise<Places> {
  const places = new Map<string, FilePlace>();
  for (const name of named) {
    const absolutePath = resolve(name);
    const path = displayPath(dataDir, absolutePath);
    const place = { path, absolutePath, folder: goesThrough(dataDir, name) ? dataDir : undefined };
    await requireFile(place);
    places.set(absolutePath, place);
  }
  return { places: [...places.values()], refused: [] };
}

/** Where a file of the ledger lies, by its path there. */
export function placeOf(dataDir: string, path: string): FilePlace {
  return isAbsolute(path)
    ? { path, absolutePath: path, folder: undefined }
    : { path, absolutePath: join(dataDir, path), folder: dataDir };
}

/** Whether a path that somebody wrote goes through a folder, perhaps to leave it again by `..`. */
function goesThrough(folder: string, written: string): boolean {
  let place = isAbsolute(written) ? parse(written).root : resolve(".");
  return written.split(sep === "/" ? sep : /[\\/]/).some((segment) => {
    place = resolve(place, segment);
    return segment !== "" && isInside(folder, place);
  });
}

async function requireFile(place: FilePlace): Promise<void> {
  const path = shownPath(place.path);
  const looked = visible(shownPath(place.absolutePath));
  const refusal = await refusalOf(place).catch((error: unknown) => {
    throw notFound(error, `${visible(path)}: there is no such file. Looked for ${looked}`, path);
  });
  if (refusal !== undefined) throw fileRefused({ path, reason: refusal });
}

/** A refusal as the error of a run. */
export function fileRefused(file: RefusedFile): TillhouseError {
  return new TillhouseError("file_refused", refusalOfFile(file), { path: file.path });
}

/** A refusal as a sentence. */
export function refusalOfFile({ path, reason }: RefusedFile): string {
  return `${visible(path)}: refused, ${reason}.`;
}

/** One file that is gone since the folder was read, or is none of ours, does not keep the others from loading. */
function undefinedWhenUnreadable(error: unknown): undefined {
  if (error instanceof TillhouseError && error.code === "file_unreadable") return;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "EACCES" && code !== "EPERM") throw error;
}

function notFound(error: unknown, message: string, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") {
    return new TillhouseError(
      "file_not_found",
      `${visible(path)}: this user may not read it`,
      { path },
      error,
    );
  }
  return code === "ENOENT" || code === "ENOTDIR"
    ? new TillhouseError("file_not_found", message, { path }, error)
    : error;
}

/** Below DATA_DIR a file keeps its name when the folder moves. */
function displayPath(dataDir: string, absolutePath: string): string {
  return isInside(dataDir, absolutePath) ? relative(dataDir, absolutePath) : absolutePath;
}

function sourceOfName(path: string): SourceName | undefined {
  const name = basename(path).toLowerCase();
  return SOURCES.find((source) => name.startsWith(CONTRACTS[source].fileNamePrefix));
}

/** What a file's beginning tells. */
interface Content {
  readonly source: SourceName | undefined;
  readonly foreign: ForeignFormat | undefined;
}

async function contentOf(place: FilePlace): Promise<Content> {
  const file = await openDataFile(place);
  try {
    const { bytes, atEnd, foreign } = await beginningOf(file);
    const dialect = await readDialect(bytes, atEnd);
    return { source: "refusal" in dialect ? undefined : sourceOfHeader(dialect.header), foreign };
  } finally {
    await file.close();
  }
}
