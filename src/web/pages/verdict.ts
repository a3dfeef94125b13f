import type { JobState } from "../../runs/jobState.ts";
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

export function verdictOf(overview: Overview, states: readonly JobState[] = []): Verdict {
  const found = [...findingsOf(overview), ...states.flatMap(findingsOfJob)];
  const bad = found.filter(({ tone }) => tone === "bad");
  const findings = [...bad, ...found.filter(({ tone }) => tone === "warn")];
  if (bad.length > 0) return { tone: "bad", title: "Something is wrong", findings };
  if (findings.length > 0) return { tone: "warn", title: "Worth a look", findings };
  if (overview.atWork.length > 0)
    return {
      tone: "busy",
      title: "All is well, and at work",
      text: "Answers are of what is committed so far.",
      findings,
    };
  if (overview.freshness.every(({ loadedAt }) => loadedAt === null))
    return {
      ...{ tone: "idle", title: "Nothing has been loaded yet", findings },
      text: "Put files into DATA_DIR: they are loaded when ingest is due, or at once by npm run job:ingest.",
    };
  const judged = overview.checks.results.length === 0 ? "no check has been judged yet" : "all checks passed";
  return {
    tone: "good",
    title: "All is well",
    text: `The latest runs succeeded, ${judged}, nothing waits.`,
    findings,
  };
}

const bad = (text: string, href: string): Finding => ({ tone: "bad", text, href });
const warn = (text: string, href: string): Finding => ({ tone: "warn", text, href });
/** Where there is something to say of so many. */
const where = (count: number, finding: (count: number) => Finding): Finding[] =>
  count === 0 ? [] : [finding(count)];

const ENDED_BADLY: Readonly<Record<string, string>> = {
  failed: "failed",
  killed: "was killed",
  stopped: "was stopped",
};

/** Each thing once: what an alert says is not said again. */
function findingsOf({ alerts, latest, checks, quarantine }: Overview): Finding[] {
  const told = new Set(alerts.map(({ key }) => key));
  const untold = (status: string): number =>
    checks.results.filter((check) => check.status === status && !told.has(`check_${status}:${check.name}`))
      .length;
  return [
    ...alerts.map(({ severity, summary }) => (severity === "error" ? bad : warn)(summary, "/schedule")),
    ...latest
      // What checks found is said of the checks.
      .filter(({ job, error_code: code }) => code !== "check_failed" && !told.has(`run_failed:${job}`))
      .flatMap(({ job, run_id: runId, status }) => {
        const ended = ENDED_BADLY[status];
        if (ended === undefined) return [];
        const finding = status === "stopped" ? warn : bad;
        return [finding(`The latest run of ${job} ${ended}: run ${runId}.`, `/runs/${runId}`)];
      }),
    ...(checks.problem === undefined ? [] : [bad(checks.problem, "/checks")]),
    ...where(untold("failed"), (count) => bad(`${several(count, "check")} failed.`, "/checks")),
    ...where(untold("warned"), (count) => warn(`${several(count, "check")} warned.`, "/checks")),
    ...where(quarantine.rejected, (count) =>
      warn(`${several(count, "rejected record")} in quarantine.`, "/quarantine"),
    ),
    ...where(quarantine.waiting, (count) =>
      warn(`${several(count, "record")} in quarantine for a device or store to arrive.`, "/quarantine"),
    ),
  ];
}

function findingsOfJob({ job, isPaused, isAway, waitingSince }: JobState): Finding[] {
  if (isAway) return [bad(`The database could not be asked when ${job} was due.`, "/schedule")];
  if (isPaused) return [warn(`${job} is paused.`, "/schedule")];
  return waitingSince === undefined ? [] : [warn(`${job} is due, and waits.`, "/schedule")];
}
