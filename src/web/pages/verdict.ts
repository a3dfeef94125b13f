import type { Overview } from "../reading/overview.ts";
import type { Tone } from "./state.tsx";
import { several } from "./values.tsx";

/** How the warehouse stands, in one glance. */
export interface Verdict {
  readonly tone: Tone;
  readonly title: string;
  readonly text?: string;
  /** What is wrong, the worst first, with where to look. */
  readonly findings: readonly Finding[];
}

interface Finding {
  readonly tone: "bad" | "warn";
  readonly text: string;
  readonly href: string;
}

export function verdictOf(overview: Overview): Verdict {
  const { runs, atWork } = overview;
  const found = findingsOf(overview);
  const findings = [
    ...found.filter(({ tone }) => tone === "bad"),
    ...found.filter(({ tone }) => tone === "warn"),
  ];
  if (runs.length === 0)
    return {
      ...{ tone: "idle", title: "Nothing has been loaded yet", findings },
      text: "Put files into DATA_DIR: they are loaded when ingest is due, or at once by npm run job:ingest.",
    };
  if (findings.some(({ tone }) => tone === "bad"))
    return { tone: "bad", title: "Something is wrong", findings };
  if (findings.length > 0) return { tone: "warn", title: "Worth a look", findings };
  if (atWork.length > 0)
    return {
      tone: "busy",
      title: "All is well, and at work",
      text: "Answers are of what is committed so far.",
      findings,
    };
  return {
    tone: "good",
    title: "All is well",
    text: "The latest runs succeeded, all checks passed, nothing waits.",
    findings,
  };
}

/** Each thing once: what an alert says is not said again. */
function findingsOf({ alerts, latest, checks, quarantine }: Overview): Finding[] {
  const failedRuns = latest.filter(
    ({ status, error_code: code }) => status === "killed" || (status === "failed" && code !== "check_failed"),
  );
  const failedChecks = checks.filter(({ status }) => status === "failed");
  const warnedChecks = checks.filter(({ status }) => status === "warned");
  const told = new Set(alerts.map(({ kind }) => kind));
  return [
    ...alerts.map(({ severity, summary }): Finding => ({
      tone: severity === "error" ? "bad" : "warn",
      text: summary,
      href: "/schedule",
    })),
    ...(told.has("run_failed")
      ? []
      : failedRuns.map(({ job, run_id: runId, status }): Finding => ({
          tone: "bad",
          text: `The latest run of ${job} ${status === "killed" ? "was killed" : "failed"}: run ${runId}.`,
          href: `/runs/${runId}`,
        }))),
    ...(failedChecks.length === 0 || told.has("check_failed")
      ? []
      : [
          { tone: "bad" as const, text: `${several(failedChecks.length, "check")} failed.`, href: "/checks" },
        ]),
    ...(warnedChecks.length === 0
      ? []
      : [
          {
            tone: "warn" as const,
            text: `${several(warnedChecks.length, "check")} warned.`,
            href: "/checks",
          },
        ]),
    ...(quarantine.rejected === 0
      ? []
      : [
          {
            tone: "warn" as const,
            text: `${several(quarantine.rejected, "rejected record")} in quarantine.`,
            href: "/quarantine",
          },
        ]),
    ...(quarantine.waiting === 0
      ? []
      : [
          {
            tone: "warn" as const,
            text: `${several(quarantine.waiting, "record")} in quarantine for a device or store to arrive.`,
            href: "/quarantine",
          },
        ]),
  ];
}
