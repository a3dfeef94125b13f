import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeInputFiles } from "./inputFiles.ts";
import { LeaveNothing } from "./leaveNothing.ts";
import { spreadOfKnown } from "./measuring/statistics.ts";
import { openWorkshop } from "./openWorkshop.ts";
import type { Workshop } from "./sides/side.ts";
import { ingest, migratedDatabase } from "./sides/tillhouseSide.ts";

/**
 * Times first loads of the same files by what is declared of their records: nothing, the project's own checks, ten checks of
 * transactions, and ten of each kind. In turns, on one server. Prints one JSON object: seconds of each, and of the processors
 * that its loader took, with the ratios to loads of which nothing is declared.
 */
const { values } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, runs: { type: "string", default: "5" } },
});
const [rows, runs] = [values.rows, values.runs].map(Number) as [number, number];

type Declared = readonly [column: string, rule: Readonly<Record<string, unknown>>];

/** Checks that have to look: what passes whenever a record can be read costs nothing. */
const OF_KIND: Readonly<Record<string, readonly Declared[]>> = {
  not_null: [
    ["product_name", {}],
    ["category_name", {}],
  ],
  accepted_values: [
    ["status", { values: ["accepted", "refused"] }],
    ["category_name", { values: ["Flowers", "Books", "Kitchen"] }],
    ["device_id", { values: [1, 2, 3] }],
  ],
  range: [
    ["amount", { min: 0, max: 500 }],
    ["happened_at", { min: "2020-01-01" }],
    ["created_at", { max: "2030-01-01" }],
    ["id", { min: 1 }],
    ["device_id", { min: 1, max: 100_000 }],
  ],
};
const OF_EACH_KIND = 10;

/** So many checks of a kind, of one column after another; they warn, since a load is to end well. */
function checksOf(kind: string, count: number): object[] {
  const declared = OF_KIND[kind] ?? [];
  return Array.from({ length: count }, (_, index) => {
    const [name, rule] = declared[index % declared.length] ?? [];
    return { name, checks: [{ [kind]: { ...rule, severity: "warn", name: `${kind}_${index}` } }] };
  });
}

/** A file of checks, which are JSON and so YAML, as settings of a load. */
async function declaring(
  { folder }: Workshop,
  name: string,
  columns: readonly object[],
): Promise<Record<string, string>> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, JSON.stringify({ sources: [{ name: "transactions", columns }] }));
  return { CHECKS_FILE: path };
}

async function measure(leaving: LeaveNothing): Promise<object> {
  const workshop = await openWorkshop(undefined, leaving);
  const { databases, folder, signal } = workshop;
  const files = await makeInputFiles(folder, { rows }, signal);
  const sides: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    none: await declaring(workshop, "none", []),
    shipped: {},
    ten: await declaring(workshop, "ten", [
      ...checksOf("not_null", 2),
      ...checksOf("accepted_values", 3),
      ...checksOf("range", 5),
    ]),
    ten_of_each_kind: await declaring(
      workshop,
      "ten_of_each_kind",
      Object.keys(OF_KIND).flatMap((kind) => checksOf(kind, OF_EACH_KIND)),
    ),
  };
  const names = Object.keys(sides);
  const taken = new Map<string, { seconds: number; processorSeconds: number | null }[]>(
    names.map((name) => [name, []]),
  );
  const template = await migratedDatabase(workshop);
  for (let run = 1; run <= runs; run += 1) {
    for (const name of run % 2 === 1 ? names : names.toReversed()) {
      const database = await databases.create(name, template);
      await databases.settle();
      const load = await ingest(workshop, files.folder, database, sides[name]);
      taken.get(name)?.push(load);
      process.stderr.write(`run ${run} of ${runs}, ${name}: ${load.seconds.toFixed(2)} s\n`);
      await databases.drop(database);
    }
  }
  return {
    ...{ rows, runs },
    seconds: besideNone(taken, (load) => load.seconds),
    processor_seconds: besideNone(taken, (load) => load.processorSeconds),
  };
}

/** Of each side the spread of a figure, and the ratio of its median to that of loads without checks; null where it is not known. */
function besideNone<T>(taken: ReadonlyMap<string, readonly T[]>, figure: (load: T) => number | null): object {
  const spreads = new Map([...taken].map(([name, loads]) => [name, spreadOfKnown(loads.map(figure))]));
  const none = spreads.get("none")?.median ?? Number.NaN;
  return Object.fromEntries(
    [...spreads].map(([name, spread]) => [name, spread && { ...spread, ratio: spread.median / none }]),
  );
}

const leaving = new LeaveNothing();
process.stdout.write(`${JSON.stringify(await leaving.around(() => measure(leaving)))}\n`);
