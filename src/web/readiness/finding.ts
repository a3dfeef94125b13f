/** What a check found. `code` and `message` are stable and made for it: nothing that a database or a system said is in them. */
export interface Finding {
  readonly status: "ok" | "failed";
  /** Why it failed; for programs. */
  readonly code?: string;
  /** The same for a person, with what to do. */
  readonly message?: string;
}

export function failed(code: string, message: string): Finding {
  return { status: "failed", code, message };
}
