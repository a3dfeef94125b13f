/** Something that was found wrong, as it is kept: see the table `operations.alerts`. */
export interface Alert {
  readonly key: string;
  readonly kind: string;
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly details: unknown;
  readonly raised_at: Date;
  /** Null while it is open. */
  readonly resolved_at: Date | null;
}

/** What there is to tell of one. */
export type AlertEvent = "raised" | "resolved";
