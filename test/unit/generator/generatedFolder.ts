import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseString } from "fast-csv";
import { generateFiles, type GenerateSummary } from "../../../src/generator/generateFiles.ts";
import type { GenerateOptions } from "../../../src/generator/options.ts";
import type { Truth } from "../../../src/generator/truth.ts";

/** Generated files as text, and the truth if it was asked for. */
export interface Generated {
  summary: GenerateSummary;
  stores: string;
  devices: string;
  transactions: string;
  truth: Truth | undefined;
}

/** Generates into a folder of its own, reads it all back and removes the folder. */
export async function generate(options: Omit<GenerateOptions, "outDir">): Promise<Generated> {
  const outDir = await mkdtemp(path.join(tmpdir(), "tillhouse-generator-"));
  try {
    const summary = await generateFiles({ ...options, outDir });
    const read = (name: string): Promise<string> => readFile(path.join(outDir, name), "utf8");
    return {
      summary,
      stores: await read("stores.csv"),
      devices: await read("devices.csv"),
      transactions: await read("transactions.csv"),
      truth: options.truth === true ? (JSON.parse(await read("truth.json")) as Truth) : undefined,
    };
  } finally {
    await rm(outDir, { recursive: true });
  }
}

/** All records as arrays of fields, the header left out, by a parser that is not ours. */
export async function fieldsOf(text: string): Promise<string[][]> {
  const records: string[][] = [];
  for await (const record of parseString(text, { headers: false })) records.push(record as string[]);
  return records.slice(1);
}

/** A record by column name. */
export type Named = Record<string, string>;

/** All records by column name; a record of another length than the header is an error. */
export async function recordsOf(text: string): Promise<Named[]> {
  const records: Named[] = [];
  const stream = parseString<Named, Named>(text, { headers: true, strictColumnHandling: true });
  stream.on("data-invalid", (_record: unknown, line: number) => {
    stream.destroy(new Error(`record ${line} has not the columns of the header`));
  });
  for await (const record of stream) records.push(record as Named);
  return records;
}
