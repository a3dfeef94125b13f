/** A thread that reads chunks and commits them on a connection of its own. Started by `loaderThreads`. */
import { parentPort, workerData } from "node:worker_threads";
import type { CommittedChunk } from "../commitChunk.ts";
import { localChunkLoader } from "../chunkLoader.ts";
import { openLoaderSession } from "../loaderSession.ts";
import { receivedPart, sentError, type Answer, type Request, type ThreadData } from "./messages.ts";

const { databaseUrl, run } = workerData as ThreadData;
const session = await openLoaderSession(databaseUrl);
const loader = localChunkLoader(session.client, run);

async function answer(request: Request): Promise<Answer> {
  const { number } = request;
  try {
    return { number, ...(await work(request)) };
  } catch (error) {
    return { number, kind: "failed", error: sentError(error) };
  }
}

type Work = { readonly kind: "read" } | { readonly kind: "committed"; readonly chunk: CommittedChunk };

async function work(request: Request): Promise<Work> {
  switch (request.kind) {
    case "read":
      await loader.read(receivedPart(request.part), request.file);
      return { kind: "read" };
    case "commitChunk":
      return { kind: "committed", chunk: await loader.commit(request.file, request.now) };
  }
}

parentPort?.on("message", (request: Request) => {
  void answer(request).then((message) => {
    parentPort?.postMessage(message);
  });
});
