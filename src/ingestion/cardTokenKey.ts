import { join } from "node:path";
import type { Config } from "../config/loadConfig.ts";
import { generatedSecret } from "../database/generatedSecret.ts";

/** The key of the configuration or, with the embedded server, the one made once and kept in STATE_DIR. */
export function cardTokenKey(config: Config): Promise<Buffer> {
  if (config.cardTokenKey !== undefined) return Promise.resolve(config.cardTokenKey);
  return generatedSecret(join(config.stateDir, "secrets", "card-token-key"));
}
