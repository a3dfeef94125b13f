import { STOP_SIGNALS } from "../../src/lib/stopSignals.ts";

type Undo = () => Promise<unknown>;

/** Puts away what was made, last first, whatever happens; Ctrl-C included. */
export class LeaveNothing {
  readonly #undo: Undo[] = [];
  readonly #stop = new AbortController();

  /** Aborted by SIGINT and SIGTERM. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What has to be done at the end. */
  later(undo: Undo): void {
    this.#undo.push(undo);
  }

  /** Runs `work`, then everything that was put off. One failure does not keep the others from being tried. */
  async around<T>(work: () => Promise<T>): Promise<T> {
    const stop = (signal: NodeJS.Signals): void => {
      this.#stop.abort(new Error(`Stopped by ${signal}.`));
    };
    for (const name of STOP_SIGNALS) process.on(name, stop);
    try {
      return await work();
    } finally {
      for (const undo of this.#undo.reverse()) {
        await undo().catch((error: unknown) => {
          process.stderr.write(`Something of the bench may be left behind: ${String(error)}\n`);
        });
      }
      for (const name of STOP_SIGNALS) process.off(name, stop);
    }
  }
}
