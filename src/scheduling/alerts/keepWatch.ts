import { hostname } from "node:os";
import { isAnswer, isLostConnection } from "../../database/databaseErrors.ts";
import type { Config } from "../../config/loadConfig.ts";
import type { Database } from "../../database/openDatabase.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { publicMessage } from "../../lib/publicError.ts";
import { reconcile, tellAlerts, type AlertChange, type Tell } from "./alerts.ts";
import { AwayAlert } from "./awayAlert.ts";
import { askWebhook } from "./webhook.ts";

const LOOK_MS = 30_000;
const PING_MS = 60_000;

interface WatchOptions extends WatchBeats {
  readonly config: Pick<Config, "alertWebhookUrl" | "alertRejectRatio" | "deadmanPingUrl" | "databaseUrl">;
  readonly database: Pick<Database, "pool">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when nobody is to be told anything any more. */
  readonly stopping: AbortSignal;
}

/** How often what is done, in milliseconds, where it is not as usual. */
export interface WatchBeats {
  readonly lookMs?: number;
  readonly pingMs?: number;
}

/** What looks after alerts. */
export interface Watch {
  /** Looks no more, and waits for the look at work. */
  end(): Promise<void>;
}

/**
 * Looks every now and then for what is wrong, tells the webhook of it, and lets the dead-man's address know that the daemon is
 * there: only after a look that went well, so that silence says all that nobody is left to say.
 */
export function keepWatch(options: WatchOptions): Watch {
  const { config, database, clock, logger, stopping, lookMs = LOOK_MS, pingMs = PING_MS } = options;
  const { alertWebhookUrl: webhook, deadmanPingUrl: deadman } = config;
  const tell: Tell | undefined =
    webhook === undefined ? undefined : (message) => askWebhook(webhook, message);
  // The embedded server may have been stopped by somebody, and is started when a run is due.
  const away =
    tell === undefined || config.databaseUrl === undefined ? undefined : new AwayAlert(tell, hostname());
  const said = new Map<string, string>();
  let pingAtMs = 0;
  let working: Promise<void> | undefined;

  /** Says what keeps failing once, until it does not. */
  const saying = async (
    what: string,
    work: () => Promise<string | undefined>,
    level: () => "warn" | "debug" = () => "warn",
  ): Promise<boolean> => {
    const problem = await work().catch(publicMessage);
    if (problem === undefined) said.delete(what);
    else if (said.get(what) !== problem) {
      said.set(what, problem);
      logger[level()](`${what}: ${problem}`);
    }
    return problem === undefined;
  };

  const look = async (): Promise<void> => {
    let isAway = false;
    const isThere = await saying(
      "alerts cannot be looked for",
      async () => {
        try {
          const rules = { rejectRatio: config.alertRejectRatio };
          for (const change of await reconcile(database.pool, clock.now(), rules)) logChange(logger, change);
          return undefined;
        } catch (error) {
          isAway = !isAnswer(error) || isLostConnection(error);
          return publicMessage(error);
        }
      },
      // One that is away is told of elsewhere, and may have been stopped by somebody.
      () => (isAway ? "debug" : "warn"),
    );
    await saying("an alert could not be sent, and is tried again", async () => {
      await away?.looked(!isAway, clock.now());
      if (!isThere || tell === undefined) return undefined;
      return (await tellAlerts(database.pool, () => clock.now(), tell, stopping)).problem;
    });
    if (!isThere || deadman === undefined || clock.monotonicMs() < pingAtMs) return;
    const isPinged = await saying("the dead-man's address could not be asked for", async () => {
      await askWebhook(deadman);
      return undefined;
    });
    if (isPinged) pingAtMs = clock.monotonicMs() + pingMs;
  };

  const begin = (): void => {
    working ??= look().finally(() => {
      working = undefined;
    });
  };
  // Not at once: what was due while no daemon was up is begun first.
  const timer = setInterval(begin, lookMs);
  return {
    end: async () => {
      clearInterval(timer);
      await working;
    },
  };
}

function logChange(logger: Logger, { event, key, severity, summary }: AlertChange): void {
  if (event === "resolved") logger.info(`over: ${summary}`, { alert: key });
  else logger[severity === "error" ? "error" : "warn"](`alert: ${summary}`, { alert: key });
}
