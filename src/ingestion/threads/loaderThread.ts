/** A thread that reads chunks and commits them on a connection of its own. Started by `loaderThreads`. */
import { parentPort, workerData } from "node:worker_threads";
import { localChunkLoader } from "../chunkLoader.ts";
import { loaderSession } from "../loaderSession.ts";
import {
  receivedPart,
  sentError,
  type Answer,
  type AnswerTo,
  type Request,
  type ThreadData,
} from "./messages.ts";

const { database, run } = workerData as ThreadData;
const session = loaderSession(database);
// Connects while the first records are read. Where it cannot, that error ends the thread: nobody catches it here.
const connected = session.connected();
const loader = localChunkLoader(session, run);

async function answer(request: Request): Promise<Answer> {
  const { number } = request;
  try {
    return { number, ...(await work(request)) };
  } catch (error) {
    // What follows from having no connection is not told: the thread ends, and its end says why.
    await connected;
    return { number, kind: "failed", error: sentError(error) };
  }
}

async function work(request: Request): Promise<AnswerTo> {
  switch (request.kind) {
    case "read":
      return { kind: "read", ids: await loader.read(receivedPart(request.part), request.file) };
    case "beginAhead":
      await loader.beginAhead(request.above);
      return { kind: "done" };
    case "commitChunk":
      return { kind: "committed", chunk: await loader.commit(request.file, request.now) };
    case "letGo":
      await loader.letGo();
      return { kind: "done" };
  }
}

parentPort?.on("message", (request: Request) => {
  void answer(request).then((message) => {
    parentPort?.postMessage(message);
  });
});
