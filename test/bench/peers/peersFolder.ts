import { existsSync, readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Exact versions: other ones may be faster or slower, and newer ones may fetch more than a package registry has. */
export const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** The Python environment that dbt and dlt are in: BENCH_PEERS_DIR, else a folder of the user's cache. */
export function peersFolder(): string {
  const given = process.env["BENCH_PEERS_DIR"];
  if (given !== undefined) return given;
  const caches: Partial<Record<NodeJS.Platform, string | undefined>> = {
    darwin: join(homedir(), "Library", "Caches"),
    win32: process.env["LOCALAPPDATA"],
  };
  const cache = caches[platform()] ?? process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(cache, "tillhouse-bench-peers");
}

/** A program of that environment. */
export function peerProgram(name: string): string {
  const [scripts, suffix] = platform() === "win32" ? ["Scripts", ".exe"] : ["bin", ""];
  return join(peersFolder(), scripts, `${name}${suffix}`);
}

/** Written when everything is in place; it says what is. */
export const installedMark = (): string => join(peersFolder(), "installed.txt");

/** Why dbt and dlt cannot take part, in a sentence; undefined when they can. */
export function whyNoPeers(): string | undefined {
  const [mark, how] = [installedMark(), "Run: npm run bench:peers"];
  if (!existsSync(mark)) return `it is not installed in ${peersFolder()}. ${how}`;
  if (readFileSync(mark, "utf8") !== readFileSync(REQUIREMENTS, "utf8")) {
    return `other versions are installed in ${peersFolder()}. ${how}`;
  }
  return undefined;
}
