import { visible } from "../../lib/visible.ts";
import type { Alert, AlertEvent } from "./alert.ts";

/** What each kind of alert asks of whoever reads it. */
export const REMEDIES: Readonly<Record<string, string>> = {
  run_failed:
    "See npm run runs. What it had loaded stands; a failure that passes is tried again by itself, any other waits for you.",
  slot_late:
    "See whether another run is at work for long: npm run runs; and how jobs stand: npm run schedule",
  slot_missed:
    "No daemon was up, its machine was asleep, or another job held the lock. One run does for all of it, unless INGEST_CATCH_UP says otherwise.",
  source_late: "See whether files still arrive in DATA_DIR, and whether they load: npm run runs",
  source_silent: "Ask who sends the files: nothing new of this source has been loaded for long.",
  check_failed: "See what was found: npm run checks -- --last",
  check_warned: "See what was found: npm run checks -- --last",
  rejects: "See npm run rejects for the reasons and what to do about each.",
  database_away:
    "Start the database, or mend DATABASE_URL or the network. Runs that were due meanwhile are caught up.",
};

/** What a webhook is sent: `text` is what Slack, Mattermost and the like show. */
export interface AlertMessage {
  readonly text: string;
  readonly alert: Omit<Alert, "raised_at" | "resolved_at"> & {
    /** Null where no database could be asked for one. */
    readonly id: number | null;
    readonly event: AlertEvent;
    readonly remedy: string | null;
    readonly raised_at: string;
    readonly resolved_at: string | null;
  };
}

/** At most so much of a sentence is shown by who shows it at all. */
const TEXT_CHARACTERS = 1_000;

/** @param id of the alert; null where no database could be asked for one */
export function messageOf(event: AlertEvent, id: number | null, alert: Alert): AlertMessage {
  const { key, kind, severity, details, raised_at: raisedAt, resolved_at: resolvedAt } = alert;
  const summary = shortened(alert.summary);
  const remedy = REMEDIES[kind] ?? null;
  const text =
    event === "resolved"
      ? `Tillhouse: over: ${asShown(summary)}`
      : `Tillhouse ${severity}: ${asShown(summary)}${remedy === null ? "" : `\n${asShown(remedy)}`}`;
  return {
    text,
    alert: {
      ...{ id, event, key, kind, severity, summary, details, remedy },
      raised_at: raisedAt.toISOString(),
      resolved_at: resolvedAt?.toISOString() ?? null,
    },
  };
}

/** A file may be called `<!channel>`, which would call everybody. By https://docs.slack.dev/messaging/formatting-message-text */
function asShown(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function shortened(text: string): string {
  return text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}…` : text;
}
