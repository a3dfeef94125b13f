import type { MetricObjectWithValues, MetricValueWithName, Registry } from "prom-client";
import type { MetricFamily, MetricType } from "./metricFamily.ts";

/**
 * The metrics of a registry of prom-client's, as they are now. Values that are no number are left out: there is nothing yet that
 * they are the mean of, and prom-client writes them as `Nan`.
 */
export async function registryFamilies(registry: Registry): Promise<MetricFamily[]> {
  const metrics = (await registry.getMetricsAsJSON()) as MetricObjectWithValues<
    MetricValueWithName<string>
  >[];
  return metrics.map(({ name, help, type, values }) => ({
    ...{ name, help, type: String(type) as MetricType },
    samples: values
      .filter(({ value }) => !Number.isNaN(value))
      .map(({ metricName = name, labels, value }) => ({
        ...{ name: metricName, value },
        labels: Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, String(text)])),
      })),
  }));
}
