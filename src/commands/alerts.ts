import { hostname } from "node:os";
import { TillhouseError } from "../lib/errors.ts";
import { messageOf } from "../scheduling/alerts/alertMessage.ts";
import { listAlerts } from "../scheduling/alerts/listAlerts.ts";
import { askWebhook } from "../scheduling/alerts/webhook.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export interface AlertsOptions {
  readonly json?: boolean;
  /** Those that are over as well. */
  readonly all?: boolean;
  readonly limit: number;
}

/** `alerts`: what is wrong now by what the daemon has found, or has been. */
export async function alertsCommand({ json, all = false, limit }: AlertsOptions): Promise<void> {
  await withDatabase(commandContext(), "answer", async ({ pool }) => {
    const alerts = await listAlerts(pool, { all, limit });
    if (json === true) {
      printJson({ alerts });
      return;
    }
    if (alerts.length === 0) {
      print(all ? "There has been no alert." : "No alert is open.");
      return;
    }
    await printTable(
      ["alert", "severity", "what", "since", "until", "told"],
      alerts.map((alert) => [
        ...[alert.alert_id, alert.severity, alert.summary, timeText(alert.raised_at)],
        alert.is_event || alert.resolved_at === null ? null : timeText(alert.resolved_at),
        alert.raised_sent_at === null ? (alert.problem ?? "no") : timeText(alert.raised_sent_at),
      ]),
    );
  });
}

/** `alerts test`: tells the webhook something harmless. */
export async function testAlertCommand(): Promise<void> {
  const { config, clock } = commandContext();
  const { alertWebhookUrl: url } = config;
  if (url === undefined) {
    throw new TillhouseError(
      "config_invalid",
      "ALERT_WEBHOOK_URL is not set, so nobody is told of alerts. Example: ALERT_WEBHOOK_URL=https://hooks.slack.com/services/T000/B000/XXXX",
      { variable: "ALERT_WEBHOOK_URL" },
    );
  }
  const now = clock.now();
  await askWebhook(
    url,
    messageOf("raised", null, {
      ...{ key: "test", kind: "test", severity: "warning", details: {}, raised_at: now, resolved_at: now },
      summary: `a test from ${hostname()}: nothing is wrong`,
    }),
  );
  print("The webhook has taken it.");
}
