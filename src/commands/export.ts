import { pipeline } from "node:stream/promises";
import type { Writable } from "node:stream";
import { createGzip } from "node:zlib";
import { writeExported } from "../../jobs/exported.ts";
import { EXPORT_FORMAT_NAMES, type ExportFormatName } from "../aggregation/export/exportFormats.ts";
import { asDatabaseError } from "../database/databaseErrors.ts";
import type { ModelTable } from "../database/model/model.ts";
import { readSchema } from "../database/model/readModel.ts";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { orMeant } from "../sources/nearestName.ts";
import { commandContext, type CommandContext } from "./commandContext.ts";
import { print } from "./output.ts";
import { runByHand } from "./runByHand.ts";
import { writeWhole } from "./wholeFile.ts";

/** How a name ends whose file is compressed. */
const GZ = /\.gz$/i;

export interface ExportOptions {
  /** Absent: what the name of the file says, else CSV. */
  readonly format?: ExportFormatName;
  /** Absent: to stdout. */
  readonly out?: string;
  readonly force?: boolean;
}

/** `export`: all rows of a view, as a file or on stdout. */
export async function exportCommand(name: string, options: ExportOptions): Promise<void> {
  const view = viewCalled(name);
  const context = commandContext();
  const { out, force = false } = options;
  const format = options.format ?? formatOf(out) ?? "csv";
  if (out === undefined) {
    await exportTo(process.stdout, context, view, format).catch(unlessOutputBroke);
    return;
  }
  const rows = await writeWhole(out, force, (file) => exportTo(file, context, view, format, GZ.test(out)));
  print(visible(`${rows} rows of ${view.name} are in ${out}.`));
}

/** @returns how many rows */
async function exportTo(
  destination: Writable,
  context: CommandContext,
  view: ModelTable,
  format: ExportFormatName,
  isCompressed = false,
): Promise<number> {
  let rows = 0;
  let unwritten: unknown;
  const onRows = (count: number): void => {
    rows += count;
  };
  await runByHand(context, "answer", "stopping; no file is left of it", (job) =>
    writeExported(job, { view, format, onRows }, async (pieces) => {
      const text = told(pieces);
      const ending = { signal: job.stopping, end: destination !== process.stdout };
      const written = isCompressed
        ? pipeline(text, createGzip(), destination, ending)
        : pipeline(text, destination, ending);
      await written.catch((error: unknown) => {
        unwritten = error;
        throw error;
      });
    }),
  ).catch((error: unknown) => {
    // A pipe that nobody reads breaks with the same code as a connection.
    throw error === unwritten ? error : asDatabaseError(error);
  });
  return rows;
}

/** What the database says while it is read, as an error of ours: what else breaks a pipeline is where it leads. */
async function* told(text: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield* text;
  } catch (error) {
    throw asDatabaseError(error);
  }
}

/** Who reads stdout may leave early, and stdout may be full: `outliveClosedOutput` says what there is to say of it. */
function unlessOutputBroke(error: unknown): void {
  if ((Object(error) as NodeJS.ErrnoException).syscall !== "write") throw error;
}

/** By the end of a file's name, `.gz` aside. */
function formatOf(out = ""): ExportFormatName | undefined {
  const name = out.toLowerCase().replace(GZ, "");
  return EXPORT_FORMAT_NAMES.find((format) => name.endsWith(`.${format}`));
}

/** @throws TillhouseError `usage_invalid` for what is no view, which is all that the reader may read */
function viewCalled(name: string): ModelTable {
  const { tables } = readSchema();
  const views = tables.filter(({ kind }) => kind === "view");
  const isMeant = (each: ModelTable): boolean => [each.name, `${each.schema}.${each.name}`].includes(name);
  const view = views.find(isMeant);
  if (view !== undefined) return view;
  const names = views.map((each) => each.name);
  const what = tables.some(isMeant)
    ? `${name} is a table, and what leaves is views: the tables hold card tokens, and keys that mean nothing elsewhere.`
    : `No view is called ${JSON.stringify(name)}${orMeant(name, names)}`;
  throw new TillhouseError("usage_invalid", `${what} There are: ${names.join(", ")}`);
}
