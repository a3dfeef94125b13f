import { importsOf, parseModules, partOf, type SourceTexts } from "./sourceModules.ts";

/** DESIGN section 2: imports run down this list, never up, and never sideways between parts of one level. */
export const LEVELS: readonly (readonly string[])[] = [
  ["cli", "scheduler"],
  ["daemon"],
  ["pageSource"],
  ["commands"],
  ["jobs"],
  ["ingestion", "aggregation", "quality", "scheduling", "web", "studio", "generator"],
  ["sources", "runs"],
  ["database"],
  ["config"],
  ["lib"],
];

const levelOf = (part: string): number => LEVELS.findIndex((parts) => parts.includes(part));

/** Imports that run up or sideways, and modules that have no place. One sentence a finding. */
export function wrongWayImports(sources: SourceTexts): string[] {
  return parseModules(sources).flatMap((module) => {
    const part = partOf(module.path);
    const level = levelOf(part);
    if (level === -1) return [`${module.path} is in no part that DESIGN knows`];
    return importsOf(module).flatMap((imported) => {
      const target = partOf(imported);
      const targetLevel = levelOf(target);
      if (targetLevel === -1) return [`${module.path} imports ${imported}, which is in no part`];
      if (target === part || targetLevel > level) return [];
      const way = targetLevel === level ? "its sibling" : "upwards,";
      return [`${module.path} imports ${way} ${imported}`];
    });
  });
}

/** Each cycle once, as `a → b → a`. */
export function importCycles(sources: SourceTexts): string[] {
  const imports = new Map(parseModules(sources).map((module) => [module.path, importsOf(module)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      cycles.push([...trail.slice(start), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const imported of imports.get(path) ?? []) visit(imported, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}

/** Relative imports of files that are not there; a typo would otherwise hide from the other rules. */
export function missingImports(sources: SourceTexts, isGenerated: (path: string) => boolean): string[] {
  return parseModules(sources).flatMap((module) =>
    importsOf(module)
      .filter((imported) => !sources.has(imported) && !isGenerated(imported))
      .map((imported) => `${module.path} imports ${imported}, which is not there`),
  );
}
