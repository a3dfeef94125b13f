import { spreadOf, spreadOfKnown, type Spread } from "./measuring/statistics.ts";
import type { InputFiles } from "./inputFiles.ts";
import { watchServerMemory } from "./server/serverMemory.ts";
import type { Database } from "./server/databases.ts";
import type { MeasuredLoad, Side, SideName, Workshop } from "./sides/side.ts";

/** One timed load. */
export interface Run extends MeasuredLoad {
  readonly rowsPerSecond: number;
  /** Of all processes of PostgreSQL together. */
  readonly serverPeakMemoryBytes: number | null;
}

/** All loads of one side. */
export interface SideResult {
  readonly name: SideName;
  readonly differs?: string;
  readonly runs: readonly Run[];
  readonly seconds: Spread;
  readonly rowsPerSecond: number;
  readonly peakMemoryBytes: Spread | null;
  readonly serverPeakMemoryBytes: Spread | null;
  /** In what this side's warehouse was not the same as Tillhouse's, after any load. */
  readonly differences: readonly string[];
}

/** Loads of the same files by several sides. */
export interface Comparison {
  readonly files: InputFiles;
  /** Tillhouse first. */
  readonly sides: readonly SideResult[];
  /** Median seconds of Tillhouse ÷ median seconds of the other, by its name. */
  readonly ratios: Readonly<Partial<Record<SideName, number>>>;
}

/**
 * Has each side load the files, in turns (A B B A …), each time into a fresh database and after a checkpoint. What the
 * sides hold after each turn is compared with what Tillhouse holds.
 *
 * @param tell says how it gets on
 */
export async function compareSides(
  workshop: Workshop,
  files: InputFiles,
  sides: readonly Side[],
  runs: number,
  tell: (message: string) => void,
): Promise<Comparison> {
  const { databases } = workshop;
  const templates = new Map<Side, Database>();
  for (const side of sides) templates.set(side, await side.prepare());
  const taken = new Map<Side, Run[]>(sides.map((side) => [side, []]));
  const differences = new Map<Side, string[]>(sides.map((side) => [side, []]));
  for (let run = 1; run <= runs; run++) {
    const loaded = new Map<Side, Database>();
    for (const side of run % 2 === 1 ? sides : [...sides].reverse()) {
      const database = await databases.create(side.name, templates.get(side));
      const measured = await timedLoad(workshop, side, files, database);
      taken.get(side)?.push(measured);
      tell(`run ${run} of ${runs}, ${files.rows} rows, ${side.name}: ${measured.seconds.toFixed(2)} s`);
      loaded.set(side, database);
    }
    for (const [side, found] of await differencesFromOurs(loaded)) differences.get(side)?.push(...found);
    for (const database of loaded.values()) await databases.drop(database);
  }
  for (const template of templates.values()) await databases.drop(template);
  const results = sides.map((side) =>
    resultOf(side, files.rows, taken.get(side) ?? [], differences.get(side) ?? []),
  );
  return { files, sides: results, ratios: ratiosOf(results) };
}

/** In what each of these warehouses differs from Tillhouse's, where that is among them. */
async function differencesFromOurs(
  loaded: ReadonlyMap<Side, Database>,
): Promise<Map<Side, readonly string[]>> {
  const ours = [...loaded].find(([side]) => side.name === "tillhouse")?.[1];
  const differences = new Map<Side, readonly string[]>();
  for (const [side, database] of loaded) {
    if (ours !== undefined && database !== ours) differences.set(side, await side.compare(ours, database));
  }
  return differences;
}

function ratiosOf(results: readonly SideResult[]): Comparison["ratios"] {
  const ours = results.find(({ name }) => name === "tillhouse");
  if (ours === undefined) return {};
  const others = results.filter((result) => result !== ours);
  return Object.fromEntries(others.map(({ name, seconds }) => [name, ours.seconds.median / seconds.median]));
}

async function timedLoad(
  workshop: Workshop,
  side: Side,
  files: InputFiles,
  database: Database,
): Promise<Run> {
  await workshop.databases.settle();
  const memory = watchServerMemory(workshop.server.postmaster);
  try {
    const load = await side.load(files, database);
    return { ...load, rowsPerSecond: files.rows / load.seconds, serverPeakMemoryBytes: memory.stop() };
  } finally {
    memory.stop();
  }
}

function resultOf(
  side: Side,
  rows: number,
  runs: readonly Run[],
  differences: readonly string[],
): SideResult {
  const seconds = spreadOf(runs.map((run) => run.seconds));
  return {
    name: side.name,
    ...(side.differs !== undefined && { differs: side.differs }),
    runs,
    seconds,
    rowsPerSecond: rows / seconds.median,
    peakMemoryBytes: spreadOfKnown(runs.map((run) => run.peakMemoryBytes)),
    serverPeakMemoryBytes: spreadOfKnown(runs.map((run) => run.serverPeakMemoryBytes)),
    differences,
  };
}
