import type { IngestJson } from "../../fixtures/ingestJson.ts";
import { start, type Environment } from "../../processes/programs.ts";

/** Said by the program itself as it ends: its peak and the time its threads were at work, in microseconds, and all bytes it read, sockets and code among them. */
const PRINT_FIGURES = `data:text/javascript,import { readFileSync } from "node:fs";
  process.on("exit", () => {
    const read = /^rchar: (\\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))[1];
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write("figures " + [maxRSS, read, userCPUTime + systemCPUTime].join(" ") + "\\n");
  });`;

const KILOBYTE = 1_024;

/** A run as a process of its own. */
export interface MeasuredIngest {
  readonly exitCode: number | null;
  readonly report: IngestJson;
  readonly stderr: string;
  readonly peakBytes: number;
  readonly readBytes: number;
  readonly seconds: number;
  /** For which its threads were at work, whatever else the machine had to do meanwhile. */
  readonly cpuSeconds: number;
}

/** Runs the ingest job to its end, however it ends. */
export async function measuredIngest(environment: Environment): Promise<MeasuredIngest> {
  const started = performance.now();
  const args = ["ingest", "--select", "ingestion_layer", "--json"];
  const { exitCode, stdout, stderr } = await start("cli", args, environment, ["--import", PRINT_FIGURES])
    .ended;
  const [, peak, read, cpu] = /^figures (\d+) (\d+) (\d+)$/m.exec(stderr) ?? [];
  if (peak === undefined || read === undefined || cpu === undefined || stdout === "") throw new Error(stderr);
  return {
    exitCode,
    report: JSON.parse(stdout) as IngestJson,
    stderr,
    peakBytes: Number(peak) * KILOBYTE,
    readBytes: Number(read),
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: Number(cpu) / 1e6,
  };
}
