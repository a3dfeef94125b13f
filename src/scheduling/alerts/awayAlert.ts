import type { AlertEvent } from "./alert.ts";
import { messageOf } from "./alertMessage.ts";
import type { Tell } from "./alerts.ts";

/** A restart of a server takes less. */
const AWAY_MS = 5 * 60_000;

/**
 * The one alert that no database can keep: that it is away. Each daemon tells it for itself, once, and once that it is over; what
 * could not be told is tried again at the next look.
 */
export class AwayAlert {
  readonly #tell: Tell;
  readonly #host: string;
  #awaySince: Date | undefined;
  #told: AlertEvent = "resolved";

  constructor(tell: Tell, host: string) {
    this.#tell = tell;
    this.#host = host;
  }

  /** Tells what is to be told by how a look at the database went. Throws what telling throws. */
  async looked(isThere: boolean, now: Date): Promise<void> {
    if (!isThere) this.#awaySince ??= now;
    const since = this.#awaySince;
    if (since === undefined) return;
    if (!isThere) {
      if (this.#told === "raised" || now.getTime() - since.getTime() < AWAY_MS) return;
      await this.#say("raised", since, null);
      this.#told = "raised";
      return;
    }
    if (this.#told === "raised") await this.#say("resolved", since, now);
    this.#told = "resolved";
    this.#awaySince = undefined;
  }

  #say(event: AlertEvent, since: Date, until: Date | null): Promise<void> {
    return this.#tell(
      messageOf(event, null, {
        ...{ key: `database_away:${this.#host}`, kind: "database_away", severity: "error" },
        summary: `the database has not answered ${this.#host} since ${since.toISOString()}`,
        details: { host: this.#host },
        ...{ raised_at: since, resolved_at: until },
      }),
    );
  }
}
