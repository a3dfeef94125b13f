import { expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/loadConfig.ts";
import type { Purpose } from "../../src/database/entry.ts";
import { openDatabase } from "../../src/database/openDatabase.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { withDatabaseProxy } from "../faults/harness/databaseProxy.ts";
import { onServer } from "../fixtures/testRun.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";

async function open(url: string, purpose: Purpose): Promise<void> {
  const config = loadConfig({ DATABASE_URL: url, CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY }, "no .env file");
  const options = { config, logger: silentLogger, clock: systemClock, purpose, environment: {} };
  await (await openDatabase(options)).close();
}

test.each<[Purpose, RegExp[]]>([
  ["load", [/its user is \w+, not tillhouse_loader/, /its time zone is Europe\/Paris, not UTC/]],
  ["verify", [/not tillhouse_loader/, /not UTC/, /it may write/]],
  ["read", [/not tillhouse_reader/, /not UTC/, /it may write/]],
  ["own", [/not UTC/]],
])("a pooler that drops role and time zone is not worked through: %s", (purpose, differences) =>
  withTestDatabase(async (url) => {
    await setUpRoles(url);
    await onServer(url, (client) =>
      client.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET timezone = 'Europe/Paris'`),
    );
    await withDatabaseProxy(url, async (proxy) => {
      await open(proxy.url, purpose);
      proxy.dropOptions();

      await expect(open(proxy.url, purpose)).rejects.toMatchObject({
        code: "session_options_dropped",
        exitCode: 2,
        message: expect.stringMatching(/ignore_startup_parameters = options.*DATABASE_URL/),
        details: { differences: differences.map((difference) => expect.stringMatching(difference)) },
      });
    });
  }),
);
