import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { isDataFileName } from "./carriers/carriers.ts";
import { shownPath } from "./cardLikeNames.ts";
import { isInside, nameRefusal, refusalOf, type FilePlace } from "./dataFile.ts";
import { isForbidden, notFound, undefinedWhenUnreadable } from "./notFound.ts";
import type { RefusedFile } from "./refusedFile.ts";

/** What lies in DATA_DIR and in the folders below it. */
export interface FolderContents {
  /** Files that look like data by their names. */
  readonly places: readonly FilePlace[];
  /** What is no file of DATA_DIR's own: links that lead out of it, pipes, devices; and names that would forge a log. */
  readonly refused: readonly RefusedFile[];
  /** Paths of folders that this user may not read. */
  readonly closed: readonly string[];
}

/** Folders within folders; drops by year, month, day and hour need four. */
const MOST_DEPTH = 16;

/**
 * Looks for files in DATA_DIR and in the folders below it, hidden ones left out. A link counts as what it leads to, within
 * DATA_DIR and once, however many lead there.
 *
 * @throws TillhouseError `file_not_found` when there is no DATA_DIR, or this user may not read it
 */
export async function contentsOf(dataDir: string): Promise<FolderContents> {
  const search = new FolderSearch(dataDir);
  await search.run();
  return search;
}

class FolderSearch implements FolderContents {
  readonly places: FilePlace[] = [];
  readonly refused: RefusedFile[] = [];
  readonly closed: string[] = [];
  readonly #dataDir: string;
  /** Real paths. */
  readonly #foldersMet = new Set<string>();
  readonly #filesMet = new Set<string>();
  readonly #fileLinks: FilePlace[] = [];
  readonly #folderLinks: FilePlace[] = [];

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async run(): Promise<void> {
    const real = await realpath(this.#dataDir).catch((error: unknown) => this.#noDataDir(error));
    await this.#search("", real, 0);
    // What links lead to is mostly met anyway.
    for (let link = this.#folderLinks.shift(); link !== undefined; link = this.#folderLinks.shift())
      await this.#follow(link, real);
    for (const link of this.#fileLinks) {
      const leadsTo = await realpath(link.absolutePath).catch(() => undefined);
      if (leadsTo === undefined || !this.#filesMet.has(leadsTo)) await this.#refuseOrKeep(link);
    }
  }

  /**
   * @param path of the folder, below DATA_DIR
   * @param real where it truly lies
   */
  async #search(path: string, real: string, depth: number): Promise<void> {
    if (this.#foldersMet.has(real)) return;
    this.#foldersMet.add(real);
    if (depth > MOST_DEPTH) {
      const reason = `it lies more than ${MOST_DEPTH} folders deep in DATA_DIR`;
      this.refused.push({ path: shownPath(path), reason });
      return;
    }
    for (const entry of await this.#entriesOf(path)) {
      if (entry.name.startsWith(".")) continue;
      const place = this.#placeOf(join(path, entry.name));
      if (entry.isDirectory()) await this.#search(place.path, join(real, entry.name), depth + 1);
      else if (entry.isSymbolicLink())
        (isDataFileName(entry.name) ? this.#fileLinks : this.#folderLinks).push(place);
      else if (!isDataFileName(entry.name)) continue;
      else if (entry.isFile() && nameRefusal(place.path) === undefined) {
        this.#filesMet.add(join(real, entry.name));
        this.places.push(place);
      } else await this.#refuseOrKeep(place);
    }
  }

  async #follow(link: FilePlace, realDataDir: string): Promise<void> {
    const leadsTo = await realpath(link.absolutePath).catch(() => undefined);
    if (leadsTo === undefined || !(await isFolder(leadsTo))) return;
    if (isInside(realDataDir, leadsTo))
      await this.#search(link.path, leadsTo, link.path.split(/[\\/]/).length);
    else this.refused.push({ path: shownPath(link.path), reason: "it leads out of DATA_DIR" });
  }

  async #entriesOf(path: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(join(this.#dataDir, path), { withFileTypes: true });
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (path === "") this.#noDataDir(error);
      if (isForbidden(error)) this.closed.push(path);
      else undefinedWhenUnreadable(error);
      return [];
    }
  }

  async #refuseOrKeep(place: FilePlace): Promise<void> {
    // One that cannot be looked at is told by whoever opens it.
    const reason = await refusalOf(place).catch(undefinedWhenUnreadable);
    if (reason === undefined) this.places.push(place);
    else this.refused.push({ path: shownPath(place.path), reason });
  }

  #placeOf(path: string): FilePlace {
    return { path, absolutePath: join(this.#dataDir, path), folder: this.#dataDir };
  }

  #noDataDir(error: unknown): never {
    const message = `DATA_DIR is ${this.#dataDir}, and there is no such folder. Example: DATA_DIR=./data`;
    throw notFound(error, message, this.#dataDir);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
