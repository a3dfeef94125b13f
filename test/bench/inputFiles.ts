import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { runTillhouse } from "./sides/tillhouseProgram.ts";

/** A folder with stores.csv, devices.csv and transactions.csv. */
export interface InputFiles {
  readonly folder: string;
  readonly rows: number;
  /** Of the three files. */
  readonly bytes: number;
}

export interface InputShape {
  readonly rows: number;
  /** Default: as many as the generator thinks fit. */
  readonly stores?: number;
  readonly devices?: number;
}

export const SOURCE_FILES = ["stores.csv", "devices.csv", "transactions.csv"] as const;
const SEED = 1;
/** A younger file may still be growing: Tillhouse waits so long for it to settle. */
export const SETTLED_MS = 2_500;

/** Generates files below `parent`, the same ones for the same shape, and waits until they have settled. */
export async function makeInputFiles(
  parent: string,
  { rows, stores, devices }: InputShape,
  signal: AbortSignal,
): Promise<InputFiles> {
  const folder = join(parent, `files-${rows}`);
  const args = ["generate", "--rows", String(rows), "--seed", String(SEED), "--out", folder];
  if (stores !== undefined) args.push("--stores", String(stores));
  if (devices !== undefined) args.push("--devices", String(devices));
  await runTillhouse(args, {}, signal);
  await pause(SETTLED_MS, undefined, { signal });
  const sizes = await Promise.all(SOURCE_FILES.map(async (file) => (await stat(join(folder, file))).size));
  return { folder, rows, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
