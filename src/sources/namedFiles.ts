import { lstat } from "node:fs/promises";
import { isAbsolute, parse, relative, resolve, sep } from "node:path";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { shownPath } from "./cardLikeNames.ts";
import { isInside, refusalOf, type FilePlace } from "./dataFile.ts";
import { notFound } from "./notFound.ts";
import { fileRefused } from "./refusedFile.ts";

/**
 * The files that were named, each once. A name may be a glob, as in `drops/2026-05-*\/*.gz`, unless a file is called so: it
 * stands for all files that it matches, as where a shell writes them out.
 *
 * @throws TillhouseError `file_not_found` for one that is not there, or a glob that matches none; `file_refused` for one that
 *   may not be read
 */
export async function placesNamed(dataDir: string, named: readonly string[]): Promise<FilePlace[]> {
  const places = new Map<string, FilePlace>();
  for (const name of named) {
    const folder = goesThrough(dataDir, name) ? dataDir : undefined;
    for (const absolutePath of (await matchesOf(name)) ?? [resolve(name)]) {
      const place = { path: displayPath(dataDir, absolutePath), absolutePath, folder };
      await requireFile(place);
      places.set(absolutePath, place);
    }
  }
  return [...places.values()];
}

/** Files that a glob matches, absolute, in the order of their paths; undefined for the name of a file. */
async function matchesOf(name: string): Promise<string[] | undefined> {
  if (await isThere(name)) return undefined;
  // Few runs are given one, and their code takes a while to load.
  const { glob, isDynamicPattern } = await import("tinyglobby");
  if (!isDynamicPattern(name)) return undefined;
  const matches = await glob(name, { absolute: true, expandDirectories: false });
  if (matches.length > 0) return matches.map((match) => resolve(match)).sort();
  const path = shownPath(name);
  throw new TillhouseError("file_not_found", `${visible(path)}: no file is called so, or matches it`, {
    path,
  });
}

async function isThere(name: string): Promise<boolean> {
  return lstat(resolve(name)).then(
    () => true,
    () => false,
  );
}

/** Below DATA_DIR a file keeps its name when the folder moves. */
function displayPath(dataDir: string, absolutePath: string): string {
  return isInside(dataDir, absolutePath) ? relative(dataDir, absolutePath) : absolutePath;
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
