/** Which transactions of a file a run is to judge; bounds belong to the range. Plain data, so that it can go to another thread. */
export interface RecordRange {
  readonly fromId: number;
  readonly toId: number;
  /** Of `happened_at`, in microseconds of the epoch. Null where any time will do. */
  readonly happened: { readonly from: number; readonly to: number } | null;
}

/** @param happenedAt in microseconds of the epoch */
export function isInRange({ fromId, toId, happened }: RecordRange, id: number, happenedAt: number): boolean {
  if (id < fromId || id > toId) return false;
  return happened === null || (happenedAt >= happened.from && happenedAt <= happened.to);
}

/** Whether a record that cannot be read is known to be in the range: by its id, where that is all that is asked for. */
export function isRejectInRange({ fromId, toId, happened }: RecordRange, id: number | null): boolean {
  return id !== null && happened === null && id >= fromId && id <= toId;
}
