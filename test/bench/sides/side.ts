import type { ProcessFigures } from "../measuring/processFigures.ts";
import type { InputFiles } from "../inputFiles.ts";
import type { Database, Databases } from "../server/databases.ts";
import type { BenchServer } from "../server/benchServer.ts";

export const SIDE_NAMES = ["tillhouse", "handwritten", "dbt", "dlt"] as const;
export type SideName = (typeof SIDE_NAMES)[number];

/** What a side works with. */
export interface Workshop {
  readonly server: BenchServer;
  readonly databases: Databases;
  /** Of the bench: everything in it is removed at the end. */
  readonly folder: string;
  /** The key that all sides make card tokens with, in hexadecimal. */
  readonly cardTokenKey: string;
  /** WORKERS of Tillhouse; undefined: its own default. */
  readonly workers: number | undefined;
  readonly signal: AbortSignal;
}

/** One load, from the start of the loading process to its end. */
export interface MeasuredLoad extends Pick<ProcessFigures, "peakMemoryBytes"> {
  readonly seconds: number;
  /** How long each part of it took, where the side tells. */
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
}

/** One way to get the files into the star. */
export interface Side {
  readonly name: SideName;
  /** What it does not do, or does otherwise, in a sentence; undefined for all the same work. */
  readonly differs?: string;
  /** What each run starts from a copy of, made before any clock: nothing is loaded in it. */
  prepare(): Promise<Database>;
  load(files: InputFiles, database: Database): Promise<MeasuredLoad>;
  /** A difference from what Tillhouse holds after the same files, in words; none when all is the same. */
  compare(tillhouse: Database, own: Database): Promise<readonly string[]>;
}
