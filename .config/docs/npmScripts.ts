import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../src/database/projectRoot.ts";

/** A script of package.json that runs a program of ours. */
export interface NpmScript {
  /** As it is typed, such as `npm run job:ingest`. */
  readonly typed: string;
  /** What it runs, without node itself, such as `dist/cli.js ingest`. */
  readonly runs: string;
}

export function npmScripts(): NpmScript[] {
  const text = readFileSync(join(projectRoot, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  return Object.entries(scripts).flatMap(([name, line]) => {
    const runs = /^node (?:--import \S+ )?(\S+\.(?:js|ts).*)$/.exec(line)?.[1];
    if (runs === undefined) return [];
    return [{ typed: ["start", "test"].includes(name) ? `npm ${name}` : `npm run ${name}`, runs }];
  });
}
