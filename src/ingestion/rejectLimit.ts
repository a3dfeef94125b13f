import { TillhouseError } from "../lib/errors.ts";
import { isWaiting, type Judgement } from "./judgement.ts";
import type { PreparedChunk, Rejects } from "./prepareChunk.ts";

/** Records of a file so far, the chunk in hand left out. */
export interface FileSoFar {
  readonly path: string;
  readonly recordsRead: number;
  /** Those that wait for a store or a device are not counted, nor is an unterminated last one. */
  readonly rejected: number;
}

/** Rejections of a chunk by reason, those that only wait left out, most frequent first. */
function rejectionsOf(chunk: PreparedChunk, judgement: Judgement): readonly Rejects[] {
  // A reason is either seen by who reads a record or by who judges it.
  const refused = judgement.refused.filter(({ reason }) => !isWaiting(reason));
  return [...chunk.rejects, ...refused].sort((a, b) => b.records - a.records);
}

/**
 * Stops a file of which too large a share is rejected: more likely the whole file is wrong than each of its records.
 *
 * @returns the file so far with the chunk in it
 * @throws TillhouseError `too_many_rejects`
 */
export function checkRejectRatio(
  file: FileSoFar,
  chunk: PreparedChunk,
  judgement: Judgement,
  maxRatio: number,
): FileSoFar {
  const recordsRead = file.recordsRead + chunk.recordsRead;
  // A last record that was caught half written says nothing of the file: its other half may be on the way.
  if (chunk.unterminated && chunk.recordsRead === 1) return { ...file, recordsRead };
  const reasons = rejectionsOf(chunk, judgement);
  const rejected = file.rejected + reasons.reduce((sum, { records }) => sum + records, 0);
  // A chunk with nothing wrong in it is loaded, whatever came before it.
  if (reasons.length === 0 || rejected <= recordsRead * maxRatio)
    return { path: file.path, recordsRead, rejected };
  const top = reasons
    .slice(0, 3)
    .map(({ reason, records, firstLine }) => `${reason} ${records} (first at line ${firstLine})`);
  throw new TillhouseError(
    "too_many_rejects",
    `${file.path}:${Math.min(...reasons.map(({ firstLine }) => firstLine))}: ${rejected} of the first ${recordsRead} ` +
      `records were rejected, more than MAX_REJECT_RATIO=${maxRatio} allows: ${top.join(", ")}. Lines ` +
      `${chunk.firstLine} to ${chunk.lastLine} were not loaded; what came before them is. Mend the file, or go on ` +
      `with a higher MAX_REJECT_RATIO: such records then wait in quarantine.`,
    { path: file.path, rejected, recordsRead, reasons },
  );
}
