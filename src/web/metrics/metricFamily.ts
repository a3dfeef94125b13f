/** One value of a metric. */
export interface Sample {
  /** Of a part of a histogram: the metric's with `_bucket`, `_sum` or `_count`. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export type MetricType = "counter" | "gauge" | "histogram";

/** A metric with all its values. */
export interface MetricFamily {
  /** By the rules of Prometheus, with the unit; of a counter it ends in `_total`. */
  readonly name: string;
  readonly type: MetricType;
  /** One line. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * Metrics in Prometheus' text format.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function textOf(families: readonly MetricFamily[]): string {
  return families.map(familyText).join("\n");
}

function familyText({ name, type, help, samples }: MetricFamily): string {
  const lines = samples.map(({ name: ofPart = name, labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text, /[\\\n"]/g)}"`);
    return `${ofPart}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}\n`;
  });
  return `# HELP ${name} ${escaped(help, /[\\\n]/g)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (found) => (found === "\n" ? "\\n" : `\\${found}`));
}

/** Of numbers that are not finite the format has names of its own. */
export function numberText(value: number): string {
  if (Math.abs(value) !== Infinity) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
