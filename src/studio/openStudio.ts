import { choosePort } from "../database/embedded/choosePort.ts";
import { openStudioProxy } from "./studioProxy.ts";
import { startStudioProcess } from "./studioProcess.ts";
import { newSecret } from "./studioSecrets.ts";
import { readViewKeys } from "./viewKeys.ts";

/** Prisma Studio with our proxy in front. */
export interface Studio {
  /** To open in a browser: the facts. The token in it lets it in, and nobody else. */
  readonly address: string;
  /** Rejects with TillhouseError `studio_unavailable` when Prisma Studio ends by itself. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

/** Where Prisma Studio has always been. */
const USUAL_PORT = 5555;

/**
 * Opens Prisma Studio on a database, for browsers on this machine that were given its address.
 *
 * @param options.url of the database
 * @param options.port to open it at; without one the usual port, or if that is taken any
 * @param options.stopping gives up when aborted meanwhile
 * @throws TillhouseError `studio_unavailable`, `usage_invalid` when the port is taken; the reason of `stopping`
 */
export async function openStudio(options: {
  url: string;
  environment: NodeJS.ProcessEnv;
  port: number | undefined;
  stopping: AbortSignal;
}): Promise<Studio> {
  const { stopping } = options;
  const studioPort = await choosePort(undefined);
  const port = options.port ?? (await choosePort(USUAL_PORT));
  // First what fails at once: a port that is taken.
  const secret = newSecret();
  const proxy = await openStudioProxy({
    port,
    studioPort,
    secret,
    token: newSecret(),
    viewKeys: readViewKeys(),
  });
  const studioProcess = startStudioProcess({ ...options, port: studioPort, secret });
  const close = async (): Promise<void> => {
    await proxy.close();
    await studioProcess.stop();
  };
  try {
    await Promise.race([studioProcess.listening, rejectedBy(stopping)]);
  } catch (error) {
    await close();
    throw error;
  }
  const address = `http://127.0.0.1:${proxy.port}${proxy.pathWithToken}#schema=ingestion_layer&table=fct_transactions`;
  return { address, ended: studioProcess.ended, close };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
}
