import type pg from "pg";
import { sqlFile } from "../../database/sqlFile.ts";

const listAlertsSql = sqlFile(new URL("./listAlerts.sql", import.meta.url));

/** An alert as it is kept. */
export interface KeptAlert {
  readonly alert_id: number;
  readonly key: string;
  readonly kind: string;
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly details: unknown;
  readonly raised_at: Date;
  /** Null while it is open. */
  readonly resolved_at: Date | null;
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
