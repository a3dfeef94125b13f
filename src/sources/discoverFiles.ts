import type { BigIntStats } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { TillhouseError } from "../lib/errors.ts";
import { mayNameCard } from "./cardLikeNames.ts";
import { maskCards } from "./cards.ts";
import { CONTRACTS, SOURCES, type SourceName } from "./contracts.ts";
import { readDialect } from "./dialect.ts";
import { beginningOf } from "./fileText.ts";
import { sourceOfHeader } from "./header.ts";

/** A file that belongs to a source. */
export interface DiscoveredFile {
  readonly source: SourceName;
  /** How it is called in the ledger and in messages: below DATA_DIR, or absolute when it lies elsewhere. */
  readonly path: string;
  readonly absolutePath: string;
}

export interface Discovery {
  /** Stores first, then devices, then transactions; by path within a source. */
  readonly files: readonly DiscoveredFile[];
  /** Files that look like data but fit no source. */
  readonly unknown: readonly string[];
  /** Files whose names could hold a card number; the names masked. */
  readonly cardLike: readonly string[];
}

/** Of files, tells the sources of those that were loaded before and have not changed since, by path. */
export type SourcesOfUnchanged = (
  files: readonly { readonly path: string; readonly stats: BigIntStats }[],
) => Promise<ReadonlyMap<string, SourceName>>;

const DATA_FILE = /\.(csv|tsv|txt)$/i;

/**
 * Finds what there is to load: the files of DATA_DIR, or the ones named. A file's source is told by its name, else by
 * what is known of it, else by its header: so a file is only read here when it is new or has changed.
 *
 * @throws TillhouseError `file_not_found` for a named file, or DATA_DIR itself, that is not there
 */
export async function discoverFiles(
  dataDir: string,
  named: readonly string[],
  sourcesOfUnchanged: SourcesOfUnchanged,
): Promise<Discovery> {
  const paths = named.length > 0 ? named.map((path) => resolve(path)) : await dataFilesIn(dataDir);
  const files: DiscoveredFile[] = [];
  const cardLike: string[] = [];
  const unnamed: NamelessFile[] = [];
  const unknown: string[] = [];
  for (const absolutePath of new Set(paths)) {
    const path = displayPath(dataDir, absolutePath);
    if (mayNameCard(path)) {
      cardLike.push(maskCards(path));
      continue;
    }
    if (named.length > 0) await requireFile(absolutePath, path);
    const source = sourceOfName(absolutePath);
    if (source !== undefined) {
      files.push({ source, path, absolutePath });
      continue;
    }
    const stats = await stat(absolutePath, { bigint: true }).catch(undefinedWhenUnreadable);
    if (stats === undefined) unknown.push(path);
    else unnamed.push({ path, absolutePath, stats });
  }
  const sources = unnamed.length === 0 ? new Map<string, SourceName>() : await sourcesOfUnchanged(unnamed);
  for (const { path, absolutePath } of unnamed) {
    const source = sources.get(path) ?? (await sourceOfContent(absolutePath).catch(undefinedWhenUnreadable));
    if (source === undefined) unknown.push(path);
    else files.push({ source, path, absolutePath });
  }
  const order = (file: DiscoveredFile): number => SOURCES.indexOf(file.source);
  files.sort((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1));
  return { files, unknown, cardLike };
}

/** A file whose name does not tell its source. */
interface NamelessFile extends Omit<DiscoveredFile, "source"> {
  readonly stats: BigIntStats;
}

async function dataFilesIn(dataDir: string): Promise<string[]> {
  try {
    const entries = await readdir(dataDir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && DATA_FILE.test(entry.name))
      .map((entry) => join(dataDir, entry.name))
      .sort();
  } catch (error) {
    throw notFound(
      error,
      `DATA_DIR is ${dataDir}, and there is no such folder. Example: DATA_DIR=./data`,
      dataDir,
    );
  }
}

async function requireFile(absolutePath: string, path: string): Promise<void> {
  try {
    if ((await stat(absolutePath)).isFile()) return;
  } catch (error) {
    throw notFound(error, `${path}: there is no such file. Looked for ${absolutePath}`, path);
  }
  throw new TillhouseError("file_not_found", `${path}: not a regular file`, { path });
}

/** One file that is gone since the folder was read, or is none of ours, does not keep the others from loading. */
function undefinedWhenUnreadable(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "EACCES" && code !== "EPERM") throw error;
}

function notFound(error: unknown, message: string, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") {
    return new TillhouseError("file_not_found", `${path}: this user may not read it`, { path }, error);
  }
  return code === "ENOENT" || code === "ENOTDIR"
    ? new TillhouseError("file_not_found", message, { path }, error)
    : error;
}

/** Below DATA_DIR a file keeps its name when the folder moves. */
function displayPath(dataDir: string, absolutePath: string): string {
  const below = relative(dataDir, absolutePath);
  return below.startsWith("..") || isAbsolute(below) ? absolutePath : below;
}

function sourceOfName(path: string): SourceName | undefined {
  const name = basename(path).toLowerCase();
  return SOURCES.find((source) => name.startsWith(CONTRACTS[source].fileNamePrefix));
}

async function sourceOfContent(absolutePath: string): Promise<SourceName | undefined> {
  const file = await open(absolutePath, "r");
  try {
    const { bytes, atEnd } = await beginningOf(file);
    const dialect = await readDialect(bytes, atEnd);
    return "refusal" in dialect ? undefined : sourceOfHeader(dialect.header);
  } finally {
    await file.close();
  }
}
