import { TillhouseError } from "../../lib/errors.ts";
import { whyNotFetched } from "../../lib/webAddress.ts";

/** Longer than an answer takes that comes at all, and no longer than a daemon has that is told to stop. */
const PATIENCE_MS = 5_000;

/**
 * Posts JSON to an address, or asks for it where there is none.
 *
 * @throws TillhouseError `webhook_failed`, which says how, and never names the address: who has it can post there
 */
export async function askWebhook(url: string, body?: unknown): Promise<void> {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
    // Not to wherever it is sent on to.
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    throw failed(`The address could not be reached (${whyNotFetched(error, PATIENCE_MS)}).`, error);
  });
  await response.body?.cancel();
  if (!response.ok) throw failed(`The address answered with status ${response.status}.`);
}

function failed(message: string, cause?: unknown): TillhouseError {
  return new TillhouseError("webhook_failed", message, {}, cause);
}
