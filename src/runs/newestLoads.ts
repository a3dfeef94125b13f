import type { ClientBase, Pool } from "pg";
import type { Source } from "../database/generated/enums.ts";
import { sqlFile } from "../database/sqlFile.ts";

const newestLoadsSql = sqlFile(new URL("./newestLoads.sql", import.meta.url));

/** When something new was last loaded of a source, by a run that stands; null: never. */
export interface NewestLoad {
  readonly source: Source;
  readonly loadedAt: Date | null;
}

/** Of each source, in their order. It takes as long however many loads there were. */
export async function newestLoads(client: Pick<ClientBase | Pool, "query">): Promise<NewestLoad[]> {
  const { rows } = await newestLoadsSql.run<{ source: Source; loaded_at: Date | null }>(client);
  return rows.map(({ source, loaded_at: loadedAt }) => ({ source, loadedAt }));
}
