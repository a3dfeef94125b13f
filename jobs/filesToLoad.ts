import { TillhouseError } from "../src/lib/errors.ts";
import { visible } from "../src/lib/visible.ts";
import { identityOf } from "../src/runs/fileIdentity.ts";
import { sourcesOfUnchanged } from "../src/runs/unchangedFiles.ts";
import { mayNameCard, shownPath } from "../src/sources/cardLikeNames.ts";
import { SOURCES, type SourceName } from "../src/sources/contracts.ts";
import { discoverFiles, type DiscoveredFile, type UnknownFile } from "../src/sources/discoverFiles.ts";
import type { RefusedFile } from "../src/sources/refusedFile.ts";
import { settledFiles, waitUntilSettled } from "../src/sources/settle.ts";
import type { JobContext } from "./job.ts";

/** @throws TillhouseError `usage_invalid` for a file whose path could hold a card number: it would be kept and shown */
export function refuseCardLike(files: readonly string[]): void {
  const path = files.find(mayNameCard);
  if (path === undefined) return;
  const file = shownPath(path);
  throw new TillhouseError(
    "usage_invalid",
    `The path ${visible(file)} could hold a card number, and paths are kept and shown. Rename the file or its folder, then load it.`,
    { file },
  );
}

/** Files by what is to be done with them. */
export interface FoundFiles {
  readonly files: readonly DiscoveredFile[];
  /** None of `files`: what it is or where it leads forbids that it is read. */
  readonly refused: readonly RefusedFile[];
}

/**
 * The files that a run is to load: those that were named or else those of DATA_DIR, once they are settled; and those that
 * it must not read.
 *
 * @param sources whose files are asked for; absent: of all
 * @throws TillhouseError `usage_invalid` for a named file of another source
 */
export async function filesToLoad(
  { config, database, clock, trigger, stopping, logger }: JobContext,
  named: readonly string[],
  sources: readonly SourceName[] = SOURCES,
): Promise<FoundFiles> {
  const areNamed = named.length > 0;
  const {
    files: ofAllSources,
    unknown,
    refused: notOurs,
  } = await discoverFiles(config.dataDir, named, config, (unnamed) =>
    sourcesOfUnchanged(
      database.pool,
      unnamed.map(({ path, stats }) => ({ path, identity: identityOf(stats) })),
    ),
  );
  const files = ofAllSources.filter(({ source }) => sources.includes(source));
  const other = areNamed ? ofAllSources.find((file) => !files.includes(file)) : undefined;
  if (other !== undefined) throw ofOtherSource(other, sources);
  // Of a folder, what is none of ours may be somebody else's; a file that was named was meant.
  const refused = areNamed ? unknown.map(asRefused) : notOurs;
  for (const { path, reason } of refused) logger.error(`the file is refused: ${reason}`, { file: path });
  if (areNamed) return { files, refused };
  for (const { path, reason, foreign } of unknown) {
    logger.warn(`the file is left alone: ${reason}`, {
      file: path,
      ...(foreign !== undefined && { begins_as: foreign.name, remedy: foreign.remedy }),
    });
  }
  if (files.length === 0)
    logger.warn("no files found", { DATA_DIR: config.dataDir, ...(sources !== SOURCES && { sources }) });
  if (trigger === "schedule") return { files: await settledFiles(files, config.settleMs, clock), refused };
  await waitUntilSettled(files, config.settleMs, clock, stopping);
  return { files, refused };
}

function ofOtherSource({ path, source }: DiscoveredFile, selected: readonly SourceName[]): TillhouseError {
  return new TillhouseError(
    "usage_invalid",
    `${visible(shownPath(path))} holds ${source}, and only ${selected.join(" and ")} are selected: leave that --file out, or select ${source} too`,
    { source, selected },
  );
}

function asRefused({ path, reason, foreign }: UnknownFile): RefusedFile {
  const hint = foreign === undefined ? "" : `; it begins as ${foreign.name} does`;
  return { path, reason: reason + hint };
}
