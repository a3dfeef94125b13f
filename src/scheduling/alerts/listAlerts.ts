import type pg from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import type { Alert } from "./alert.ts";

const listAlertsSql = sqlFile(new URL("./listAlerts.sql", import.meta.url));

/** An alert with what has been told of it. */
export interface KeptAlert extends Alert {
  readonly alert_id: number;
  /** Whether it only happened. */
  readonly is_event: boolean;
  /** When the webhook was told of it; null where it was not, or there is none. */
  readonly raised_sent_at: Date | null;
  /** What kept the webhook from being told, last. */
  readonly problem: string | null;
}

/** The alerts that are open, or the latest of all; newest first. */
export async function listAlerts(
  pool: pg.Pool,
  { all, limit }: { readonly all: boolean; readonly limit: number },
): Promise<KeptAlert[]> {
  return (await listAlertsSql.run<KeptAlert & pg.QueryResultRow>(pool, { all, limit })).rows;
}
