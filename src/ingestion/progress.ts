/** How far a file has come; told after each committed chunk. */
export interface Progress {
  readonly path: string;
  /** Bytes committed, those of earlier runs among them. */
  readonly committedBytes: number;
  readonly sizeBytes: number;
  /** Records that this run has committed of the file. */
  readonly records: number;
}
