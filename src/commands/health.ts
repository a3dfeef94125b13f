import { z } from "zod";
import { loadConfig, type Config } from "../config/loadConfig.ts";
import { TillhouseError } from "../lib/errors.ts";
import { EXIT_CODES } from "../lib/knownErrors.ts";
import { isWebAddress, whyNotFetched } from "../lib/webAddress.ts";
import { print, printJson } from "./output.ts";

export interface HealthOptions {
  readonly json?: boolean;
  /** Of the daemon; without it, by HTTP_HOST and HTTP_PORT. */
  readonly url?: string;
}

/** More than the daemon allows its database. */
const LIMIT_MS = 5_000;

const findingSchema = z.looseObject({ status: z.string(), message: z.string().optional() });
const answerSchema = z.looseObject({
  status: z.enum(["ready", "not_ready"]),
  checks: z.record(z.string(), findingSchema),
});
type Answer = z.infer<typeof answerSchema>;

/** `health`: exit code 0 where the daemon is ready, 1 where it is not, or cannot be asked. Nothing is opened for it. */
export async function healthCommand({ json, url }: HealthOptions): Promise<void> {
  const config = loadConfig();
  const place = url === undefined ? placeOf(config) : placeIn(url);
  const answer = await ask(place, config.httpToken);
  if (answer.status !== "ready") process.exitCode = EXIT_CODES.failed;
  if (json === true) {
    printJson(answer);
    return;
  }
  print(`The daemon at ${place.origin} is ${answer.status === "ready" ? "ready" : "not ready"}.`);
  for (const [name, { status, message }] of Object.entries(answer.checks))
    if (status !== "ok") print(`${name}: ${message ?? status}`);
}

/** Where this machine's daemon listens; one that listens at all addresses does so at loopback too. */
function placeOf({ httpHost, httpPort }: Config): URL {
  if (httpPort === 0)
    throw new TillhouseError(
      "config_invalid",
      "HTTP_PORT is 0: the daemon does not answer over HTTP. Give it a port, such as HTTP_PORT=8473, or name another daemon with --url",
      { variable: "HTTP_PORT" },
    );
  const host = ({ "0.0.0.0": "127.0.0.1", "::": "::1" } as Record<string, string>)[httpHost] ?? httpHost;
  return new URL(`http://${host.includes(":") ? `[${host}]` : host}:${httpPort}/readyz`);
}

/** Of what stands before a path of its own as well: a proxy may serve more than the daemon. */
function placeIn(text: string): URL {
  if (!isWebAddress(text))
    throw new TillhouseError(
      "usage_invalid",
      "--url is the daemon's address, without a user. Example: --url http://127.0.0.1:8473",
    );
  return new URL("readyz", new URL(text).href.replace(/[?#].*$/, "").replace(/\/*$/, "/"));
}

async function ask(place: URL, token: string | undefined): Promise<Answer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  let body: unknown;
  try {
    // The token goes where it was told to and nowhere else.
    response = await fetch(place, { headers, redirect: "error", signal: AbortSignal.timeout(LIMIT_MS) });
    body = jsonOf(await response.text());
  } catch (error) {
    throw unreachable(place, error);
  }
  if (response.status === 401)
    throw new TillhouseError(
      "config_invalid",
      `HTTP_TOKEN is not the one of the daemon at ${place.origin}: set it to that.`,
      { variable: "HTTP_TOKEN" },
    );
  const answer = answerSchema.safeParse(body);
  if (answer.success) return answer.data;
  throw new TillhouseError(
    "daemon_unreachable",
    `What answers at ${place.href} (status ${response.status}) is no daemon of Tillhouse: see HTTP_HOST and HTTP_PORT, or --url.`,
    { status: response.status },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(place: URL, error: unknown): TillhouseError {
  const why = whyNotFetched(error, LIMIT_MS);
  return new TillhouseError(
    "daemon_unreachable",
    `The daemon at ${place.origin} cannot be asked (${why}). Does it run (npm start), with this HTTP_HOST and HTTP_PORT?`,
    { origin: place.origin },
    error,
  );
}
