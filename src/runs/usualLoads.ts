import type pg from "pg";
import type { Source } from "../database/generated/enums.ts";
import { sqlFile } from "../database/sqlFile.ts";

const recentLoads = sqlFile(new URL("./recentLoads.sql", import.meta.url));

/** Loads that tell what is usual: about three weeks of daily ones, so that it follows a business that grows or shrinks. */
const MOST_LOADS = 20;
/** Of fewer, a median says nothing yet. */
const LEAST_LOADS = 5;
/** A holiday brings a half or a third of a usual day; an export that broke off, or one of the wrong day, next to nothing. */
const FEW_OF_USUAL = 1 / 4;

/** A load that brought far fewer records than loads of its source usually do. */
export interface FewRecords {
  readonly records: number;
  /** Median of the loads before it. */
  readonly usual: number;
  /** How many those are. */
  readonly loads: number;
}

/**
 * What loads of a source usually bring, for one run. A load is what one run read of one file, if that was any record: of
 * earlier runs as the ledger has it, which is asked once a source and only when something is about to be loaded; and of
 * this run, file by file, so that a folder of many days is judged in its first run as well.
 */
export class UsualLoads {
  readonly #runId: number;
  /** Records of the latest loads, by source; the latest first. */
  readonly #latest = new Map<Source, number[]>();

  constructor(runId: number) {
    this.#runId = runId;
  }

  /** To be called before anything is loaded: what fails here has then cost nothing. */
  async recall(pool: Pick<pg.Pool | pg.ClientBase, "query">, source: Source): Promise<void> {
    if (this.#latest.has(source)) return;
    const { rows } = await recentLoads.run<{ records_read: string }>(pool, {
      source,
      run_id: this.#runId,
      most: MOST_LOADS,
    });
    this.#latest.set(
      source,
      rows.map(({ records_read: records }) => Number(records)),
    );
  }

  /**
   * Takes note of a load of this run, and compares it with at most the twenty before it.
   *
   * @param records more than none
   * @returns undefined where the load is as large as usual, or there were fewer than five before it
   */
  add(source: Source, records: number): FewRecords | undefined {
    const before = (this.#latest.get(source) ?? []).slice(0, MOST_LOADS);
    this.#latest.set(source, [records, ...before]);
    if (before.length < LEAST_LOADS) return undefined;
    const usual = medianOf(before);
    return records < usual * FEW_OF_USUAL ? { records, usual, loads: before.length } : undefined;
  }
}

function medianOf(counts: readonly number[]): number {
  const sorted = [...counts].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
