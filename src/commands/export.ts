import { pipeline } from "node:stream/promises";
import type { Writable } from "node:stream";
import { createGzip } from "node:zlib";
import { withOwnSession } from "../../jobs/ownSession.ts";
import { EXPORT_FORMAT_NAMES, type ExportFormatName } from "../aggregation/export/exportFormats.ts";
import { exportView } from "../aggregation/export/exportView.ts";
import { asDatabaseError } from "../database/databaseErrors.ts";
import type { ModelTable } from "../database/model/model.ts";
import { readSchema } from "../database/model/readModel.ts";
import { inSnapshotOnceOn } from "../database/snapshot.ts";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { nearestName } from "../sources/nearestName.ts";
import { commandContext, type CommandContext } from "./commandContext.ts";
import { print } from "./output.ts";
import { runByHand } from "./runByHand.ts";
import { writeWhole } from "./wholeFile.ts";

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
    await exportTo(process.stdout, context, view, format).catch(unlessReaderLeft);
    return;
  }
  const rows = await writeWhole(out, force, (file) =>
    exportTo(file, context, view, format, out.endsWith(".gz")),
  );
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
  let broken: unknown;
  destination.once("error", (error) => {
    broken = error;
  });
  await runByHand(context, "read", "stopping; no file is left of it", (job) =>
    withOwnSession(job, (client) =>
      inSnapshotOnceOn(client, async () => {
        const text = exportView(client, view, format, (count) => {
          rows += count;
        });
        const ending = { signal: job.stopping, end: destination !== process.stdout };
        if (isCompressed) await pipeline(text, createGzip(), destination, ending);
        else await pipeline(text, destination, ending);
      }),
    ),
  ).catch((error: unknown) => {
    // A pipe that nobody reads breaks with the same code as a connection.
    throw error === broken ? error : asDatabaseError(error);
  });
  return rows;
}

/** Who reads stdout may leave early: what is left to say is dropped. */
function unlessReaderLeft(error: unknown): void {
  if ((Object(error) as NodeJS.ErrnoException).code !== "EPIPE") throw error;
}

/** By the end of a file's name, `.gz` aside. */
function formatOf(out: string | undefined): ExportFormatName | undefined {
  return EXPORT_FORMAT_NAMES.find((format) => out?.replace(/\.gz$/, "").endsWith(`.${format}`) === true);
}

/** @throws TillhouseError `usage_invalid` for what is no view, which is all that the reader may read */
function viewCalled(name: string): ModelTable {
  const { tables } = readSchema();
  const views = tables.filter(({ kind }) => kind === "view");
  const view = views.find((each) => each.name === name);
  if (view !== undefined) return view;
  const names = views.map((each) => each.name);
  const nearest = names[nearestName(name, names) ?? -1];
  const what = tables.some((table) => table.name === name)
    ? `${name} is a table, and what leaves is views: the tables hold card tokens, and keys that mean nothing elsewhere.`
    : `No view is called ${name}${nearest === undefined ? "." : `: is it ${nearest}?`}`;
  throw new TillhouseError("usage_invalid", `${what} There are: ${names.join(", ")}`);
}
