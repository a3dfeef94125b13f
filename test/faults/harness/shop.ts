import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devicesFile, storesFile } from "../../fixtures/sourceText.ts";
import { withTestDatabase } from "../../fixtures/testDatabase.ts";
import { TEST_CARD_TOKEN_KEY } from "../../fixtures/warehouse.ts";
import { run, type Environment } from "../../processes/programs.ts";

/** One store with one device, and a database of its own, for programs to work on. */
export interface Shop {
  readonly url: string;
  /** Settings of programs, for its database or a way to it. */
  readonly into: (url: string) => Environment;
  /** Writes a file into DATA_DIR. */
  readonly write: (name: string, text: string) => Promise<void>;
  /** Loads what is new, and throws where that fails. */
  readonly load: (settings?: Environment) => Promise<void>;
}

/** Gives `work` a shop whose store and device are in files that are not loaded yet. */
export async function withShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-shop-"));
  const into = (url: string): Environment => ({
    DATABASE_URL: url,
    DATA_DIR: folder,
    STATE_DIR: join(folder, ".state"),
    SETTLE_MS: "0",
    CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY,
  });
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  try {
    await write("stores.csv", storesFile({ id: 1 }));
    await write("devices.csv", devicesFile({ id: 1 }));
    await withTestDatabase((url) =>
      work({
        ...{ url, into, write },
        load: async (settings = {}) => {
          const { exitCode, stderr } = await run(["ingest", "--json"], { ...into(url), ...settings });
          if (exitCode !== 0) throw new Error(stderr);
        },
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
