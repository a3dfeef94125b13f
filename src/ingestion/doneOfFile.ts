import { addOutcomes, NO_OUTCOMES } from "../runs/outcomes.ts";
import type { Warning } from "../sources/reasons.ts";
import type { ChangedColumns } from "./comparedWithLast.ts";
import type { CheckedRecords } from "./recordTally.ts";
import type { CommittedChunk } from "./commitChunk.ts";
import type { VolumeNote } from "./volumeOfLoad.ts";

/** What a run has committed of a file, however often it opened it and in however many attempts. */
export class DoneOfFile {
  outcomes = NO_OUTCOMES;
  /** Records that were read and not asked for. */
  outOfRange = 0;
  /** How far it is committed by a run that reads it again from its start: a further attempt goes on from there. */
  rereadBytes = 0;
  readonly warningsByKind: Partial<Record<Warning, number>> = {};
  hasNamedColumns = false;
  /** What is new about its columns, as it was opened from its start last. */
  changed: ChangedColumns | undefined;
  volume: VolumeNote | undefined;
  /** Records that fail a check that only warns, by its name. */
  readonly failing = new Map<string, CheckedRecords>();
  /** Whether it is kept with the run which checks stopped the file. */
  hasKeptFailed = false;

  /** Takes a note on the file as a whole: once, however often it is taken. */
  note(volume: VolumeNote): void {
    this.volume = volume;
    this.warningsByKind[volume.kind] = 1;
  }

  /** Takes a note on its columns, which is a warning where they keep nobody from loading it; null takes one back. */
  noteColumns(changed: ChangedColumns | null, isLoaded: boolean): void {
    this.changed = changed ?? undefined;
    if (changed !== null && isLoaded) this.warningsByKind.schema_changed = 1;
    else delete this.warningsByKind.schema_changed;
  }

  add({ outcomes, outOfRange, warnings, checked }: CommittedChunk): void {
    this.outcomes = addOutcomes(this.outcomes, outcomes);
    this.outOfRange += outOfRange;
    for (const { check, records, firstLine } of checked) {
      if (records === 0) continue;
      const before = this.failing.get(check.name);
      const all = {
        check,
        records: records + (before?.records ?? 0),
        firstLine: before?.firstLine ?? firstLine,
      };
      this.failing.set(check.name, all);
    }
    for (const [kind, count] of Object.entries(warnings) as [Warning, number][]) {
      this.warningsByKind[kind] = (this.warningsByKind[kind] ?? 0) + count;
    }
  }
}
