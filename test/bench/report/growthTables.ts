import { print, printTable } from "../../../src/commands/output.ts";
import { boundedRatios } from "../growth/boundedRatios.ts";
import { CHANGES } from "../growth/changedRows.ts";
import type { GrowthResult, IngestRun } from "../growth/growthResult.ts";
import { megabytes, seconds, sizeOf } from "./benchTables.ts";
import { summaryOf } from "./growthReport.ts";

/** Prints the measurements of growth for a person. */
export async function printGrowth(growth: GrowthResult): Promise<void> {
  const { histories, smallest, newRows } = growth;
  print(`\nGrowth: first loads, then ${newRows} new rows and runs with nothing new on top of them; medians`);
  await printTable(
    ["history", "files", "run", "s", "min–max s", "own s", "µs/row", "loader's peak memory", "bytes read"],
    [
      ...histories.flatMap(({ rows, bytes, firstLoads, newRows: added, changes, nothingNew }) => [
        ...rowsOf(rows, bytes, "first load", firstLoads, rows),
        ...rowsOf(rows, bytes, "new rows", added, newRows),
        ...CHANGES.flatMap((change) =>
          changes === null ? [] : rowsOf(rows, bytes, `${change} rows`, [changes.runs[change]], changes.rows),
        ),
        ...rowsOf(rows, bytes, "nothing new", nothingNew),
      ]),
      ...rowsOf(0, smallest.bytes, "nothing new", smallest.nothingNew).map((row) => ["", ...row.slice(1)]),
    ],
  );

  print("\nThe answers, and the same questions asked of the fact; medians in milliseconds");
  await printTable(
    ["history", "answer", "view ms", "facts ms", "times faster"],
    histories.flatMap(({ rows, answers }) =>
      answers.map(({ name, viewMs, factsMs }) => [
        String(rows),
        name,
        viewMs.median.toFixed(2),
        factsMs.median.toFixed(1),
        (factsMs.median / viewMs.median).toFixed(0),
      ]),
    ),
  );

  print("\nBounds");
  await printTable(
    ["figure", "measured", "bound"],
    boundedRatios(growth).map(({ title, ratio, bound }) => [
      title,
      ratio?.toFixed(2) ?? "not measured",
      "atMost" in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`,
    ]),
  );
}

function rowsOf(
  history: number,
  bytes: number,
  what: string,
  runs: readonly IngestRun[],
  rows?: number,
): string[][] {
  if (runs.length === 0) return [];
  const { seconds: wall, ownSeconds, peakMemoryBytes, readBytes } = summaryOf(runs);
  return [
    [
      String(history),
      megabytes(bytes),
      what,
      seconds(wall.median),
      `${seconds(wall.min)}–${seconds(wall.max)}`,
      seconds(ownSeconds.median),
      rows === undefined ? "" : ((wall.median / rows) * 1e6).toFixed(1),
      sizeOf(peakMemoryBytes),
      readBytes === null ? "not measured" : String(Math.round(readBytes.median)),
    ],
  ];
}
