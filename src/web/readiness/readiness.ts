import type { DatabaseFinding } from "./databaseCheck.ts";
import { failed, type Finding } from "./finding.ts";
import type { ReplicaFinding } from "./replicaCheck.ts";
import type { JobState } from "../../runs/jobState.ts";
import { scheduleFinding, type ScheduleFinding } from "./scheduleCheck.ts";
import type { Clock } from "../../lib/clock.ts";

/** Whether the daemon does its work, and what keeps it from that. */
export interface Readiness {
  readonly status: "ready" | "not_ready";
  readonly checks: {
    readonly daemon: Finding;
    /** Not asked while the daemon stops. */
    readonly database?: DatabaseFinding;
    /** Only where there is one. */
    readonly replica?: Finding & { readonly behind_s?: number | null };
    readonly schedule?: ScheduleFinding;
  };
}

export interface ReadinessOptions {
  readonly checkDatabase: () => Promise<DatabaseFinding>;
  /** Undefined where pages are read from the database itself. */
  readonly checkReplica?: (() => Promise<ReplicaFinding>) | undefined;
  /** Undefined until there is a schedule. */
  readonly jobs: () => readonly JobState[] | undefined;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

/** Asks everything that the daemon needs. Nothing is started or mended by it. */
export async function readiness(options: ReadinessOptions): Promise<Readiness> {
  const { stopping } = options;
  const [database, replica] = stopping.aborted
    ? []
    : await Promise.all([options.checkDatabase(), options.checkReplica?.()]);
  // It may have been told to stop meanwhile, and closes the database then.
  if (database === undefined || stopping.aborted)
    return { status: "not_ready", checks: { daemon: STOPPING } };
  const schedule = scheduleFinding(options.jobs(), options.clock.now());
  const isReady = [database, replica, schedule].every((finding) => (finding?.status ?? "ok") === "ok");
  return {
    status: isReady ? "ready" : "not_ready",
    checks: { daemon: { status: "ok" }, database, ...(replica && { replica: told(replica) }), schedule },
  };
}

const told = ({ standing, ...finding }: ReplicaFinding) => ({
  ...finding,
  ...(standing && { behind_s: standing.behindS }),
});

const STOPPING = failed("stopping", "The daemon was told to stop.");
