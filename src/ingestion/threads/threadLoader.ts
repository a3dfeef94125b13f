import type { Worker } from "node:worker_threads";
import { TillhouseError } from "../../lib/errors.ts";
import { asDatabaseError } from "../../database/databaseErrors.ts";
import type { ChunkLoader } from "../chunkLoader.ts";
import type { CommittedChunk } from "../commitChunk.ts";
import { buffersOf } from "../frameChunks.ts";
import { errorOfEnd, receivedError, type Answer, type Request } from "./messages.ts";
import { publicMessage } from "../../lib/publicError.ts";

/** A loader in another thread. */
export interface ThreadLoader extends ChunkLoader {
  /** Ends the thread, in whatever it is; its connection goes with it, and PostgreSQL rolls back. */
  end(reason: TillhouseError): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

type Asked = Request extends infer R ? (R extends Request ? Omit<R, "number"> : never) : never;

/** Talks to a loader thread. When the thread dies, whoever waits for it is told so, and everybody after. */
export function threadLoader(worker: Worker): ThreadLoader {
  const waiting = new Map<number, Waiting>();
  let lastNumber = 0;
  let end: Error | undefined;

  const ended = (error: Error): void => {
    end ??= error;
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  };
  worker.on("message", (answer: Answer) => {
    const asker = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (answer.kind === "failed") asker?.reject(receivedError(answer.error));
    else asker?.resolve(answer);
  });
  worker.on("error", (error: unknown) => {
    // What ends a thread as it starts is mostly that it gets no connection, or none that it may work on.
    const known = asDatabaseError(errorOfEnd(error));
    ended(known instanceof TillhouseError ? known : died(publicMessage(error), error));
  });
  worker.on("messageerror", (error) => {
    ended(died("it sent what cannot be read", error));
  });
  worker.on("exit", (code) => {
    ended(died(`exit code ${code}`));
  });

  const ask = (request: Asked, moved: readonly ArrayBuffer[] = []): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (end !== undefined) {
        reject(end);
        return;
      }
      lastNumber += 1;
      waiting.set(lastNumber, { resolve, reject });
      worker.postMessage({ ...request, number: lastNumber }, moved);
    });
  return {
    read: async (part, file) => {
      const moved = part.block === null ? [] : buffersOf(part.block);
      const answer = await ask({ kind: "read", part, file }, moved);
      return answer.kind === "read" ? answer.ids : null;
    },
    beginAhead: async (above) => {
      await ask({ kind: "beginAhead", above });
    },
    letGo: async () => {
      await ask({ kind: "letGo" });
    },
    commit: async (file, now): Promise<CommittedChunk> => {
      const answer = await ask({ kind: "commitChunk", file, now });
      if (answer.kind !== "committed") throw new Error(`a loader thread answered ${answer.kind} to a commit`);
      return answer.chunk;
    },
    end: async (reason) => {
      ended(reason);
      await worker.terminate();
    },
  };
}

/** Its chunk is rolled back, unless it died between the commit and the news of it; then the checkpoint says so. */
function died(why: string, cause?: unknown): TillhouseError {
  return new TillhouseError(
    "loader_thread_died",
    `A loader thread died: ${why}. What was committed stands.`,
    {},
    cause,
  );
}
