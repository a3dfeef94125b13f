import { generateFiles } from "../generator/generateFiles.ts";
import { print } from "./output.ts";

export interface GenerateCommandOptions {
  readonly rows: number;
  readonly seed: number;
  readonly out: string;
  readonly stores?: number;
  readonly devices?: number;
  readonly late?: number;
  readonly repeated?: number;
  readonly broken?: number;
  readonly orphan?: number;
  readonly truth?: boolean;
}

/** `data:generate`: the same files for the same options. */
export async function generateCommand(options: GenerateCommandOptions): Promise<void> {
  const {
    rows,
    seed,
    out,
    stores,
    devices,
    late = 0,
    repeated = 0,
    broken = 0,
    orphan = 0,
    truth = false,
  } = options;
  const shares = { late, repeated, broken, orphan };
  const summary = await generateFiles({ rows, seed, outDir: out, stores, devices, shares, truth });
  for (const { path, records, bytes } of summary.files) print(`${path}: ${records} records, ${bytes} bytes`);
  if (summary.truthPath !== undefined) print(`${summary.truthPath}: the right answers`);
}
