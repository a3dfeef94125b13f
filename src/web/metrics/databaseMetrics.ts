import { JOB_STATES, OUTCOMES, type DatabaseAnswers } from "./databaseAnswers.ts";
import type { MetricFamily, Sample } from "./metricFamily.ts";
import { countOf, durationSamples, samplesOfRuns } from "./runSamples.ts";

/** A metric of what the database keeps. */
interface DatabaseMetric extends Omit<MetricFamily, "samples"> {
  readonly samples: (answers: DatabaseAnswers, now: Date) => readonly Sample[];
}

/** None where there is no value yet. */
const sample = (labels: Readonly<Record<string, string>>, value: number | null): readonly Sample[] =>
  value === null ? [] : [{ labels, value }];

/** Since the epoch. */
const secondsOf = (at: Date): number => at.getTime() / 1000;

const RUN_DURATION = "tillhouse_run_duration_seconds";

/**
 * Metrics that are read from the database: they are the same whichever daemon is asked, tell of all runs, by hand too, and go on
 * where they were after a restart. Counters never get smaller. Labels are never called `job`: what is scraped has one of that
 * name from Prometheus.
 */
const DATABASE_METRICS: readonly DatabaseMetric[] = [
  {
    ...{ name: "tillhouse_runs_total", type: "counter" },
    help: "Runs that have ended, by how: succeeded, failed, stopped or killed. One that is taken back stays counted.",
    samples: (answers) => samplesOfRuns(answers, countOf),
  },
  {
    ...{ name: RUN_DURATION, type: "histogram" },
    help: "How long runs took from start to end, in seconds, by how they ended; those that were killed, to their last sign of life.",
    samples: (answers) => durationSamples(RUN_DURATION, answers),
  },
  {
    ...{ name: "tillhouse_run_last_end_timestamp_seconds", type: "gauge" },
    help: "When a run of the job last ended so, as seconds of the epoch.",
    samples: (answers) =>
      samplesOfRuns(answers, (lengths) => Math.max(...lengths.map(({ last_ended_at: at }) => at))),
  },
  {
    ...{ name: "tillhouse_job_state", type: "gauge" },
    help: "1 for each state that a job is in: running, paused, retrying (a run failed, another one will follow), due (waits for its turn).",
    samples: ({ jobs }) =>
      jobs.flatMap((job) =>
        JOB_STATES.map((state) => ({ labels: { job_name: job.job, state }, value: Number(job[state]) })),
      ),
  },
  {
    ...{ name: "tillhouse_due_times_missed_total", type: "counter" },
    help: "Due times that passed without anybody to run for them in time.",
    samples: ({ jobs }) => jobs.flatMap(({ job, missed_times: times }) => sample({ job_name: job }, times)),
  },
  {
    ...{ name: "tillhouse_records_total", type: "counter" },
    help: "Records by what became of them when they were read; and resolved, which had waited in quarantine and were loaded later.",
    samples: ({ sources }) =>
      sources.flatMap((row) =>
        OUTCOMES.map((outcome) => ({ labels: { source: row.source, outcome }, value: row[outcome] })),
      ),
  },
  {
    ...{ name: "tillhouse_read_bytes_total", type: "counter" },
    help: "Bytes of files that were read and committed.",
    samples: ({ sources }) => sources.flatMap(({ source, bytes_read: bytes }) => sample({ source }, bytes)),
  },
  {
    ...{ name: "tillhouse_source_lag_seconds", type: "gauge" },
    help: "How long ago something new of the source was loaded, by a run that stands, in seconds.",
    samples: ({ newestLoads }, now) =>
      newestLoads.flatMap(({ source, loadedAt }) =>
        sample({ source }, loadedAt === null ? null : Math.max(0, secondsOf(now) - secondsOf(loadedAt))),
      ),
  },
  {
    ...{ name: "tillhouse_source_newest_load_timestamp_seconds", type: "gauge" },
    help: "When something new of the source was last loaded, by a run that stands, as seconds of the epoch.",
    samples: ({ newestLoads }) =>
      newestLoads.flatMap(({ source, loadedAt }) =>
        sample({ source }, loadedAt === null ? null : secondsOf(loadedAt)),
      ),
  },
  {
    ...{ name: "tillhouse_newest_sale_day_timestamp_seconds", type: "gauge" },
    help: "When the latest day (UTC) began on which a payment was attempted, as seconds of the epoch.",
    samples: ({ newestDay }) => sample({}, newestDay),
  },
  {
    ...{ name: "tillhouse_watermark", type: "gauge" },
    help: "Highest id of the source that is committed.",
    samples: ({ sources }) => sources.flatMap(({ source, watermark }) => sample({ source }, watermark)),
  },
  {
    ...{ name: "tillhouse_quarantined_records", type: "gauge" },
    help: "Records in quarantine by their reason and state: waiting, rejected, resolved (kept for a while) or obsolete.",
    samples: ({ quarantine }) => quarantine.map(({ records, ...labels }) => ({ labels, value: records })),
  },
  {
    ...{ name: "tillhouse_alerts_open", type: "gauge" },
    help: "Alerts that are open, of each kind that there has been one of.",
    samples: ({ alerts }) => alerts.map(({ open, ...labels }) => ({ labels, value: open })),
  },
  {
    ...{ name: "tillhouse_checks", type: "gauge" },
    help: "Declared checks by what came of them when they were last judged: passed, warned or failed.",
    samples: ({ checks }) => checks.map(({ checks: value, ...labels }) => ({ labels, value })),
  },
];

/** All of them, by what the database answered. */
export function databaseFamilies(answers: DatabaseAnswers, now: Date): MetricFamily[] {
  return DATABASE_METRICS.map((metric) => ({ ...metric, samples: metric.samples(answers, now) }));
}
