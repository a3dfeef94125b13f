import type { MetricObject } from "prom-client";
import { answeredFamilies } from "../../src/web/metrics/askDatabase.ts";
import type { DatabaseAnswers } from "../../src/web/metrics/databaseAnswers.ts";
import { processRegistry } from "../../src/web/metrics/openMetrics.ts";
import { code, table } from "./markdown.ts";

/** What its reference shows of a metric. */
interface ShownMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** One of everything: labels are known by values. */
const ANSWERS: DatabaseAnswers = {
  runs: [{ job: "ingest", status: "succeeded", within_seconds: 1, runs: 1, seconds: 1, last_ended_at: 1 }],
  jobs: [{ job: "ingest", running: false, paused: false, retrying: false, due: true, missed_times: 1 }],
  sources: [
    {
      ...{ source: "stores", loaded: 1, already_present: 1, corrected: 1, superseded: 1, rejected: 1 },
      ...{ resolved: 1, bytes_read: 1, watermark: 1 },
    },
  ],
  newestLoads: [{ source: "stores", loadedAt: new Date(0) }],
  newestDay: 1,
  quarantine: [{ source: "stores", state: "rejected", reason: "stray_quote", records: 1 }],
  alerts: [{ kind: "run_failed", severity: "error", open: 1 }],
  checks: [{ status: "passed", checks: 1 }],
};

/** Every metric there is; those of the process itself as on Linux, elsewhere they are fewer. */
export function metricsTable(): string {
  const rows = [...ofDatabase(), ...ofProcess()].map(({ name, type, labels, help }) => [
    code(name),
    type,
    [...labels].sort().map(code).join(", "),
    help,
  ]);
  return table(["metric", "type", "labels", "meaning"], rows);
}

function ofDatabase(): ShownMetric[] {
  return answeredFamilies(ANSWERS, 1, new Date(0)).map(({ name, type, help, samples }) => {
    if (samples.length === 0) throw new Error(`${name} has no value by which its labels could be known.`);
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels ?? {})));
    // Of prom-client's they are not named either: every histogram has it.
    labels.delete("le");
    return { name, type, help, labels: [...labels] };
  });
}

function ofProcess(): ShownMetric[] {
  const { registry } = processRegistry(
    {},
    {
      pool: () => undefined,
      check: () => Promise.resolve({ status: "ok", standing: { behindS: 0, replayedAt: undefined } }),
    },
  );
  const metrics = registry.getMetricsAsArray() as (MetricObject & { labelNames: readonly string[] })[];
  return metrics.map(({ name, type, help, labelNames }) => ({
    ...{ name, help, labels: labelNames },
    type: String(type),
  }));
}
