import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { newestLoads } from "../../runs/newestLoads.ts";
import { UsualLoads } from "../../runs/usualLoads.ts";
import type { LoadsCheck } from "./check.ts";
import { durationText } from "./durationText.ts";
import type { Finding } from "./modelChecks.ts";

const latestLoads = sqlFile(new URL("../../runs/latestLoads.sql", import.meta.url));

/** What was found of a check of loads, and whether it is only to be told whatever the check's severity. */
export interface LoadsFinding extends Finding {
  readonly isWarning?: boolean;
}

/** Judges what loads of a source brought: how much the latest ones did, or how long ago. */
export function checkLoads(
  client: ClientBase,
  { source, rule }: LoadsCheck,
  now: Date,
): Promise<LoadsFinding> {
  return rule.kind === "row_count" ? rowCount(client, source) : freshness(client, source, rule, now);
}

/** Each load of the latest run that brought any record, against those before it: by the measure of the warning `few_records`. */
async function rowCount(client: ClientBase, source: LoadsCheck["source"]): Promise<LoadsFinding> {
  const { rows } = await latestLoads.run<{ run_id: number; path: string; records_read: string }>(client, {
    source,
  });
  const [first] = rows;
  if (first === undefined) return { failures: 0, observed: "no load yet" };
  const usual = new UsualLoads(first.run_id);
  await usual.recall(client, source);
  const few = rows.flatMap(({ path, records_read: records }) => {
    const found = usual.add(source, Number(records));
    return found === undefined ? [] : { path, ...found };
  });
  const [worst] = few;
  if (worst === undefined) {
    const records = rows.reduce((sum, row) => sum + Number(row.records_read), 0);
    return { failures: 0, observed: `${records} records in run ${first.run_id}` };
  }
  const { path, records, usual: median } = worst;
  const others = few.length > 1 ? `, and ${few.length - 1} other files` : "";
  return {
    failures: few.length,
    observed: `${path}: ${records} of usually ${median} records, in run ${first.run_id}${others}`,
  };
}

async function freshness(
  client: ClientBase,
  source: LoadsCheck["source"],
  { warnAfterMs, errorAfterMs }: Extract<LoadsCheck["rule"], { kind: "freshness" }>,
  now: Date,
): Promise<LoadsFinding> {
  const newest = (await newestLoads(client)).find((load) => load.source === source);
  const loadedAt = newest?.loadedAt ?? null;
  // A warehouse that is new is no failure.
  if (loadedAt === null) return { failures: 1, observed: "nothing was ever loaded", isWarning: true };
  const age = Math.max(0, now.getTime() - loadedAt.getTime());
  const isLate = age > (errorAfterMs ?? Infinity);
  const failures = isLate || age > (warnAfterMs ?? Infinity) ? 1 : 0;
  return { failures, observed: `${durationText(age)} ago`, isWarning: !isLate };
}
