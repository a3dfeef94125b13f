import { rm } from "node:fs/promises";
import type { Database } from "../server/databases.ts";
import type { Workshop } from "../sides/side.ts";
import { migratedDatabase } from "../sides/tillhouseSide.ts";
import { timeAnswers } from "./answerTimes.ts";
import type { Change } from "./changedRows.ts";
import { makeGrowthFiles, type GrowthFiles } from "./growthFiles.ts";
import type { GrowthResult, HistoryResult, IngestRun } from "./growthResult.ts";
import { timedIngest } from "./timedIngest.ts";

const NEW_ROWS = 10_000;
/** New, corrected and late rows on top of a history. */
const CHANGED_ROWS = 100_000;
/** Larger histories take minutes to load, and vary less. */
const [MOST_ROWS_LOADED_AGAIN, LOADS_OF_A_HISTORY] = [1_000_000, 3];
/** Runs with nothing new, at least: they last some 60 ms by themselves, of which a median of few says nothing. */
const RUNS_WITH_NOTHING_NEW = 15;
/** Transactions in about a megabyte. */
const SMALLEST_ROWS = 8_000;

/**
 * Measures what new rows, nothing new, and the answers cost on top of histories of several sizes.
 *
 * @param runs of each kind; medians are of so many
 */
export async function measureGrowth(
  workshop: Workshop,
  history: readonly number[],
  runs: number,
  tell: (message: string) => void,
): Promise<GrowthResult> {
  const growth = new Growth(workshop, await migratedDatabase(workshop), runs, tell);
  const histories: HistoryResult[] = [];
  for (const rows of [...history].sort((left, right) => left - right))
    histories.push(await growth.measure(rows));
  return { newRows: NEW_ROWS, histories, smallest: await growth.measureSmallest() };
}

/** The measurements of one bench, one after the other; each leaves neither files nor databases. */
class Growth {
  readonly #workshop: Workshop;
  readonly #empty: Database;
  readonly #runs: number;
  readonly #tell: (message: string) => void;

  constructor(workshop: Workshop, empty: Database, runs: number, tell: (message: string) => void) {
    this.#workshop = workshop;
    this.#empty = empty;
    this.#runs = runs;
    this.#tell = tell;
  }

  async measure(rows: number): Promise<HistoryResult> {
    const files = await this.#files(rows);
    const { databases } = this.#workshop;
    const loads = rows > MOST_ROWS_LOADED_AGAIN ? 1 : Math.min(this.#runs, LOADS_OF_A_HISTORY);
    const history = await this.#loadCopies("first load", this.#empty, files, rows, loads);
    await files.addNewRows();
    const grown = await this.#loadCopies(
      `${NEW_ROWS} new rows`,
      history.database,
      files,
      NEW_ROWS,
      this.#runs,
    );
    await databases.drop(history.database);
    const nothingNew = await this.#loadNothing(grown.database, files);
    const changes = await this.#loadChanges(grown.database, files);
    const answers = await timeAnswers(grown.database);
    await databases.drop(grown.database);
    await rm(files.folder, { recursive: true });
    const firstLoads = rows === 0 ? [] : history.runs;
    return { rows, bytes: files.bytes, firstLoads, newRows: grown.runs, changes, nothingNew, answers };
  }

  async measureSmallest(): Promise<GrowthResult["smallest"]> {
    const files = await this.#files(SMALLEST_ROWS);
    const { database } = await this.#loadCopies("first load", this.#empty, files, SMALLEST_ROWS, 1);
    const nothingNew = await this.#loadNothing(database, files);
    await this.#workshop.databases.drop(database);
    await rm(files.folder, { recursive: true });
    return { bytes: files.bytes, nothingNew };
  }

  #files(rows: number): Promise<GrowthFiles> {
    return makeGrowthFiles(this.#workshop.folder, rows, NEW_ROWS, CHANGED_ROWS, this.#workshop.signal);
  }

  /** Loads what is new into one copy of a database after the other, and gives the last. */
  async #loadCopies(
    what: string,
    template: Database,
    files: GrowthFiles,
    newTransactions: number,
    times: number,
  ) {
    const { databases } = this.#workshop;
    const runs: IngestRun[] = [];
    for (let time = 1; ; time++) {
      const database = await databases.create("growth", template);
      runs.push(await this.#ingest(what, database, files, newTransactions));
      if (time === times) return { database, runs };
      await databases.drop(database);
    }
  }

  async #loadNothing(database: Database, files: GrowthFiles): Promise<IngestRun[]> {
    const runs: IngestRun[] = [];
    for (let run = 0; run < Math.max(this.#runs, RUNS_WITH_NOTHING_NEW); run++)
      runs.push(await this.#ingest("nothing new", database, files, 0));
    return runs;
  }

  async #loadChanges(database: Database, files: GrowthFiles): Promise<HistoryResult["changes"]> {
    const { changes } = files;
    if (changes === null) return null;
    const { rows } = changes;
    const load = async (change: Change): Promise<IngestRun> => {
      await changes.add(change);
      const [loaded, corrected] = change === "corrected" ? [0, rows] : [rows, 0];
      return this.#ingest(`${rows} ${change} rows`, database, files, loaded, corrected);
    };
    return {
      rows,
      runs: { new: await load("new"), corrected: await load("corrected"), late: await load("late") },
    };
  }

  async #ingest(
    what: string,
    database: Database,
    files: GrowthFiles,
    loaded: number,
    corrected = 0,
  ): Promise<IngestRun> {
    const run = await timedIngest(this.#workshop, files.folder, database, { loaded, corrected });
    this.#tell(`history of ${files.rows} rows, ${what}: ${run.seconds.toFixed(2)} s`);
    return run;
  }
}
