/** How a job stands for the daemon that runs it. */
export interface JobState {
  readonly job: string;
  /** Of its due times up to here it is known what becomes of them; undefined until the database has been asked. */
  readonly accountedThrough: Date | undefined;
  /** When it is due next, or was while a run is at work; undefined while it is paused. */
  readonly next: Date | undefined;
  readonly isPaused: boolean;
  /** The database could not be asked when that was needed. */
  readonly isAway: boolean;
  /** A run for it has been at work in this process since then. */
  readonly runningSince: Date | undefined;
  /** A due time has been waiting since then: for another run to end, or to be tried again. */
  readonly waitingSince: Date | undefined;
}
