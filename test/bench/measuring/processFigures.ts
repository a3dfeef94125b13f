import { readFile } from "node:fs/promises";

/** What Linux counts about a process; null where there is no /proc, or it may not be read. */
export interface ProcessFigures {
  /** Most memory that was resident at once so far, with all threads, in bytes. */
  readonly peakMemoryBytes: number | null;
  /** Bytes that it asked to read so far: from files, whether cached or not, and from sockets. */
  readonly readBytes: number | null;
  /** Time that processors gave it so far, with all threads: what others do on the machine tells little on it. */
  readonly processorSeconds: number | null;
}

export const UNKNOWN_FIGURES: ProcessFigures = {
  peakMemoryBytes: null,
  readBytes: null,
  processorSeconds: null,
};

/** In which /proc counts, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The figures of a process that runs. */
export async function figuresOf(pid: number): Promise<ProcessFigures> {
  const [status, io, stat] = await Promise.all(
    ["status", "io", "stat"].map((name) => textOf(`/proc/${pid}/${name}`)),
  );
  const kilobytes = numberIn(status ?? "", /^VmHWM:\s+(\d+) kB$/m);
  const [, user, system] = /^\d+ \(.*\) \S(?: \S+){10} (\d+) (\d+) /s.exec(stat ?? "") ?? [];
  return {
    peakMemoryBytes: kilobytes === null ? null : kilobytes * 1024,
    readBytes: numberIn(io ?? "", /^rchar: (\d+)$/m),
    processorSeconds: user === undefined ? null : (Number(user) + Number(system)) / TICKS_PER_SECOND,
  };
}

/** Memory of several processes in bytes, with what they share counted once; null where it cannot be read of any. */
export async function memoryOfAll(pids: readonly number[]): Promise<number | null> {
  const texts = await Promise.all(pids.map((pid) => textOf(`/proc/${pid}/smaps_rollup`)));
  const known = texts.map((text) => numberIn(text, /^Pss:\s+(\d+) kB$/m)).filter((size) => size !== null);
  return known.length === 0 ? null : known.reduce((sum, size) => sum + size, 0) * 1024;
}

/** Process ids of the children of a process; none where that cannot be told. */
export async function childrenOf(pid: number): Promise<number[]> {
  const list = await textOf(`/proc/${pid}/task/${pid}/children`);
  return list.split(" ").filter(Boolean).map(Number);
}

/** The name of a process and its parent; undefined where that cannot be told. */
export async function parentOf(pid: number): Promise<{ name: string; parent: number } | undefined> {
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(await textOf(`/proc/${pid}/stat`)) ?? [];
  return name === undefined ? undefined : { name, parent: Number(parent) };
}

/** The file's text; empty where the process is gone, is another user's, or there is no /proc at all. */
function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

function numberIn(text: string, pattern: RegExp): number | null {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
