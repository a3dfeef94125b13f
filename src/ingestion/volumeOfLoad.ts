import type { SourceName } from "../sources/contracts.ts";
import type { FewRecords, UsualLoads } from "../runs/usualLoads.ts";
import type { ReadableFile } from "./openSourceFile.ts";

/** What is to be said about how much a load brought. */
export type VolumeNote = { readonly kind: "no_records" } | ({ readonly kind: "few_records" } & FewRecords);

/** Whether an earlier load of the file, in this run or another, ended before the file did: this one completes it. */
export function isResumed({ startByte, ledger }: ReadableFile): boolean {
  return startByte > 0 && ledger.status !== "loaded";
}

/**
 * Judges how many records a file brought that was read to its end. A file without any record is one to look at, whatever
 * is usual. Else what counts is what was read of the file now, be it new or grown; with what was read of it before where
 * that load was broken off, and without the last line that is only read again since it had no end. A file of which
 * nothing else was read is no load: it is neither judged, nor does it count for others.
 *
 * @param read records of the chunks committed by now; null where no chunk was
 * @param usualLoads has recalled the source's loads, where any record was read
 */
export function volumeNote(
  opened: ReadableFile,
  source: SourceName,
  read: number | null,
  usualLoads: UsualLoads,
): VolumeNote | undefined {
  const before = opened.startByte === 0 ? 0 : Number(opened.ledger.recordsRead);
  const all = before + (read ?? 0);
  if (all === 0) return opened.startByte === 0 || read !== null ? { kind: "no_records" } : undefined;
  const readAgain = opened.rereadAfterLine === null ? 0 : 1;
  const brought = isResumed(opened) ? all : (read ?? 0) - readAgain;
  const few = brought > 0 ? usualLoads.add(source, brought) : undefined;
  return few === undefined ? undefined : { kind: "few_records", ...few };
}
