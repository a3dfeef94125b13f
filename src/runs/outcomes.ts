/** What became of records; the first is the sum of the next five, always. Counts of records. */
export interface Outcomes {
  readonly recordsRead: number;
  readonly loaded: number;
  readonly alreadyPresent: number;
  readonly corrected: number;
  readonly superseded: number;
  readonly rejected: number;
  readonly warnings: number;
}

export const NO_OUTCOMES: Outcomes = {
  recordsRead: 0,
  loaded: 0,
  alreadyPresent: 0,
  corrected: 0,
  superseded: 0,
  rejected: 0,
  warnings: 0,
};

export function addOutcomes(left: Outcomes, right: Outcomes): Outcomes {
  return {
    recordsRead: left.recordsRead + right.recordsRead,
    loaded: left.loaded + right.loaded,
    alreadyPresent: left.alreadyPresent + right.alreadyPresent,
    corrected: left.corrected + right.corrected,
    superseded: left.superseded + right.superseded,
    rejected: left.rejected + right.rejected,
    warnings: left.warnings + right.warnings,
  };
}

/** The same under the names of the columns and of the JSON output. */
export function outcomeColumns(outcomes: Outcomes) {
  return {
    records_read: outcomes.recordsRead,
    loaded: outcomes.loaded,
    already_present: outcomes.alreadyPresent,
    corrected: outcomes.corrected,
    superseded: outcomes.superseded,
    rejected: outcomes.rejected,
    warnings: outcomes.warnings,
  };
}
