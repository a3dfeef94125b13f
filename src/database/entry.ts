import { ROLES, type RoleName } from "./roles/rights.ts";

/**
 * What a program opens a database for, which says as whom: `load` as the loader, `verify` as the loader but writing nothing,
 * `read` as the reader; `answer` so too, on the replica where there is one, for what may be as it was a moment ago; and `own` as
 * the user of the URL, for what no role may do.
 */
export type Purpose = "load" | "verify" | "read" | "answer" | "own";

/** Where a connection leads, and as whom it works there. Plain data: loader threads are sent it. */
export interface Entry {
  /** Of the user who logs in. Holds the password: never log it. */
  readonly url: string;
  /** Entered as the connection is made; absent: it works as the user who logs in. */
  readonly role?: RoleName;
  /** Whether it may only read. */
  readonly isReadOnly?: boolean;
  /** How long the making of a connection may take, where it is not as usual. */
  readonly connectWithinMs?: number;
}

/** As whom, and how. */
export const ENTERED: Readonly<Record<Purpose, Omit<Entry, "url">>> = {
  load: { role: "loader" },
  verify: { role: "loader", isReadOnly: true },
  read: { role: "reader", isReadOnly: true },
  // Somebody waits for it, or the daemon's end does.
  answer: { role: "reader", isReadOnly: true, connectWithinMs: 5_000 },
  own: {},
};

/** How to enter for a purpose; where there are no roles, as the user who logs in. */
export function entryFor(url: string, purpose: Purpose, hasRoles: boolean): Entry {
  const { role, ...others } = ENTERED[purpose];
  return { url, ...others, ...(role !== undefined && hasRoles && { role }) };
}

/** Of every session: Prisma and plain SQL both read wrong instants in one of another zone (prisma/orm#28629). */
export const TIME_ZONE = "UTC";

/** What the server is asked for as a connection is made, in the form of its command line. */
export function sessionOptions({ role, isReadOnly }: Entry): string {
  const options = [`-c timezone=${TIME_ZONE}`];
  if (isReadOnly === true) options.push("-c default_transaction_read_only=on");
  if (role !== undefined) options.push(`-c role=${ROLES[role]}`);
  return options.join(" ");
}
