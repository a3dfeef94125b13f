import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { asDatabaseError } from "../../src/database/databaseErrors.ts";
import { withDatabaseProxy } from "../faults/harness/databaseProxy.ts";
import { freePort } from "../fixtures/httpClient.ts";
import { withReplica, type ReplicaServer } from "../fixtures/replica.ts";
import { scrapeAt } from "../fixtures/metrics.ts";
import { onServer } from "../fixtures/testRun.ts";
import { eventually } from "./eventually.ts";
import { run, runForJson, start, type Environment } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(180_000);

interface Scene extends Workplace {
  /** Of the primary. */
  readonly url: string;
  readonly replica: ReplicaServer;
  /** Settings without a replica; and with it. */
  readonly alone: Environment;
  readonly settings: Environment;
}

/** Makes a test body out of one that takes the sample files, loaded, with a replica of the server. */
function besideReplica(
  work: (scene: Scene) => Promise<void>,
  replicaSettings: Readonly<Record<string, string>> = {},
): () => Promise<void> {
  return async () => {
    const place = await migratedWorkplace();
    const url = await holdServer(place);
    await addSampleFiles(place);
    await runForJson(["ingest", "--json"], place.environment);
    const key = await readFile(join(place.stateDir, "secrets", "card-token-key"), "utf8");
    const alone = { ...place.environment, DATABASE_URL: url, CARD_TOKEN_KEY: key.trim() };
    await withReplica(
      { stateDir: place.stateDir, url },
      (replica) =>
        work({ ...place, url, replica, alone, settings: { ...alone, READER_DATABASE_URL: replica.url } }),
      replicaSettings,
    );
  };
}

const HEADER =
  "id,device_id,product_name,product_sku,category_name,amount,status,card_number,cvv,created_at,happened_at\n";
const SALE =
  "9001,1,Late soap,3770009015999,Home,7.50,accepted,4242424242424242,123,05/01/2024 9:00:00,05/01/2024 9:00:00\n";

const addSale = ({ dataDir }: Workplace): Promise<void> =>
  writeFile(join(dataDir, "transactions-2.csv"), HEADER + SALE);

const knowsTheSale = async (environment: Environment): Promise<boolean> =>
  (await run(["why", "9001", "--json"], environment)).exitCode === 0;

describe("commands that only read", () => {
  test(
    "are answered by the replica, say how old that is, and need no primary; what loads and decides asks the primary",
    besideReplica(async (scene) => {
      const { replica, alone, settings } = scene;
      const answers = (environment: Environment) => run(["answers", "--format", "json"], environment);
      const before = await answers(settings);
      expect(before).toMatchObject({ exitCode: 0, stdout: (await answers(alone)).stdout });
      expect(before.stderr).toContain("read from a replica, less than a second behind");

      await replica.hold();
      await addSale(scene);
      const loaded = await run(["ingest"], settings);
      expect(loaded.exitCode).toBe(0);
      // A load shows what it has just loaded, wherever others read.
      expect(loaded.stdout).toContain("Top 10 stores");
      expect(loaded.stderr).not.toContain("read from a replica");
      expect(await knowsTheSale(settings)).toBe(false);
      expect(await knowsTheSale(alone)).toBe(true);
      expect((await answers(settings)).stdout).toBe(before.stdout);
      expect((await run(["answers"], settings)).stderr).toMatch(/read from a replica, \d+ s behind/);
      // That run is the primary's alone so far.
      expect((await run(["runs", "retry", "2", "--json"], settings)).exitCode).toBe(0);
      await replica.catchUp();
      expect(await knowsTheSale(settings)).toBe(true);
      expect((await answers(settings)).stdout).toBe((await answers(alone)).stdout);

      const primaryAway = new URL(scene.url);
      primaryAway.port = String(await freePort());
      const cutOff = { ...settings, DATABASE_URL: primaryAway.href };
      // It has all that it was sent, and cannot know what it was not.
      expect((await run(["answers"], cutOff)).stderr).toMatch(
        /read from a replica, whose latest commit is of \S+ \S+ UTC; how far behind that is is not known/,
      );
      expect((await answers(cutOff)).stdout).toBe((await answers(alone)).stdout);
      const exported = await run(["export", "transactions"], cutOff);
      expect(exported.stdout).toBe((await run(["export", "transactions"], alone)).stdout);
      for (const read of [["runs"], ["rejects"], ["alerts"], ["checks", "--last"]])
        expect([read, (await run([...read, "--json"], cutOff)).exitCode]).toEqual([read, 0]);
      const load = await run(["ingest", "--json"], { ...cutOff, RETRY_MS: "0" });
      expect(load.stderr).toMatch(/^database_unreachable: .*is DATABASE_URL right\?$/m);

      await replica.stop();
      const away = await answers(settings);
      expect(away).toMatchObject({ exitCode: 1, stdout: "" });
      expect(away.stderr).toMatch(/^database_unreachable: .*is READER_DATABASE_URL right\?$/m);
      const { password } = new URL(replica.url);
      expect(before.stderr + away.stderr).not.toContain(password);
    }),
  );

  test(
    "say that a database without the migrations is no replica that has caught up",
    besideReplica(async ({ url, settings }) => {
      await query(url, "CREATE DATABASE empty");
      const empty = new URL(url);
      empty.pathname = "/empty";
      const { exitCode, stderr } = await run(["answers"], { ...settings, READER_DATABASE_URL: empty.href });
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringMatching(/^replica_behind: .*READER_DATABASE_URL/m),
      ]);
    }),
  );

  test(
    "stop at a server that follows no more, or is no replica of the primary at all",
    besideReplica(async ({ url, replica, settings }) => {
      await query(replica.url, "SELECT pg_promote()");
      const promoted = await run(["answers"], settings);
      expect([promoted.exitCode, promoted.stderr]).toEqual([
        ...[2, expect.stringMatching(/^replica_unusable: .*does not follow/m)],
      ]);
      await query(url, "CREATE DATABASE other");
      const other = new URL(url);
      other.pathname = "/other";
      await run(["migrate"], { ...settings, DATABASE_URL: other.href });
      const unlike = await run(["answers"], { ...settings, READER_DATABASE_URL: other.href });
      expect([unlike.exitCode, unlike.stderr]).toEqual([
        ...[2, expect.stringMatching(/^replica_unusable: .*another database/m)],
      ]);
      // The primary itself does as well.
      const itself = await run(["answers"], { ...settings, READER_DATABASE_URL: url });
      expect([itself.exitCode, itself.stderr]).toEqual([0, expect.stringContaining("less than a second")]);
    }),
  );

  test(
    "are told by the server that it ended them, where its primary has removed what they still saw",
    besideReplica(
      async ({ url, replica }) => {
        const error: unknown = await onServer(replica.url, async (client: pg.Client) => {
          await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
          await client.query("SELECT count(*) FROM ingestion_layer.fct_transactions");
          const reading = client.query("SELECT pg_sleep(60)").catch((reason: unknown) => reason);
          await query(url, "UPDATE ingestion_layer.fct_transactions SET amount = amount");
          await query(url, "VACUUM ingestion_layer.fct_transactions");
          return reading;
        });
        expect(asDatabaseError(error)).toMatchObject({ code: "replica_conflict", retry: "soon" });
      },
      { max_standby_streaming_delay: "0", hot_standby_feedback: "off" },
    ),
  );
});

describe("the daemon", () => {
  const startAt = async (settings: Environment) => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const daemon = start("scheduler", [], {
      ...settings,
      ...{ HTTP_PORT: String(port), INGEST_CRON: "* * * * * *" },
    });
    await daemon.untilItSays(/"answers over HTTP"/);
    const get = async (path: string) => {
      const answer = await fetch(origin + path);
      return { status: answer.status, text: await answer.text() };
    };
    const replicaOf = async () => {
      const { status, text } = await get("/readyz");
      const { checks } = JSON.parse(text) as {
        checks: Record<string, { status: string; code?: string; behind_s?: number }>;
      };
      return { ready: status, ...checks["replica"] };
    };
    return { origin, daemon, get, replicaOf };
  };

  test(
    "reads its pages from the replica, tells how far behind it is, and loads on while it is away",
    besideReplica(async (scene) => {
      const { replica, alone, settings } = scene;
      await replica.stop();
      const { origin, daemon, get, replicaOf } = await startAt(settings);
      await daemon.untilItSays(/no page can be read: .*is READER_DATABASE_URL right/);
      await daemon.untilItSays(/"run ended"/);
      expect(await replicaOf()).toMatchObject({ status: "failed", code: "starting" });
      for (const path of ["/", "/answers", "/runs", "/quarantine", "/checks", "/schedule", "/model"])
        expect([path, (await get(path)).status]).toEqual([path, 503]);
      expect((await scrapeAt(origin)).value("tillhouse_replica_up")).toBe(0);
      await addSale(scene);
      await daemon.untilItSays(/"loaded":1,"message":"run ended"/);
      expect(await knowsTheSale(alone)).toBe(true);

      await replica.start();
      await eventually("pages are read", async () => (await get("/answers")).status === 200);
      await replica.catchUp();
      await eventually("it is level", async () =>
        (await get("/answers")).text.includes("UTC from a replica, less than a second behind"),
      );
      await eventually("it is ready", async () => (await get("/readyz")).status === 200);
      await eventually("it says so", async () => (await replicaOf()).behind_s === 0);

      await replica.hold();
      await writeFile(join(scene.dataDir, "transactions-3.csv"), HEADER + SALE.replace("9001", "9002"));
      await eventually(
        "another is loaded",
        async () => (await run(["why", "9002", "--json"], alone)).exitCode === 0,
      );
      const text = await eventually("the page says how old it is", async () => {
        const { text } = await get("/answers");
        return /UTC from a replica, \d+ s behind/.test(text) && text;
      });
      expect(text.includes("transactions up to id 9,001")).toBe(true);
      const scrape = await scrapeAt(origin);
      expect(scrape.value("tillhouse_replica_behind_seconds")).toBeGreaterThan(0);
      expect(scrape.value("tillhouse_replica_up")).toBe(1);
      // Metrics are of the primary.
      expect(scrape.value("tillhouse_watermark", { source: "transactions" })).toBe(9002);
      await replica.catchUp();
      await eventually("the page has it", async () =>
        (await get("/answers")).text.includes("up to id 9,002"),
      );

      await replica.stop();
      await eventually("it is not ready", async () => (await get("/readyz")).status === 503);
      expect(await replicaOf()).toMatchObject({ status: "failed", code: "database_connection_lost" });
      expect((await run(["health"], { ...settings, HTTP_PORT: new URL(origin).port })).stdout).toMatch(
        /is not ready\.\nreplica: .*loads go on/,
      );
      await replica.start();
      await eventually("it is ready again", async () => (await get("/readyz")).status === 200);
      await eventually("pages are read again", async () => (await get("/answers")).status === 200);
      expect(daemon.said()).not.toContain(new URL(replica.url).password);
      daemon.child.kill("SIGTERM");
      expect(await daemon.ended).toMatchObject({ exitCode: 0 });
    }),
  );

  test(
    "reads its pages on while the primary hangs, and none from a replica that is promoted meanwhile",
    besideReplica(async ({ url, replica, settings }) => {
      await withDatabaseProxy(url, async (proxy) => {
        const { daemon, get, replicaOf } = await startAt({ ...settings, DATABASE_URL: proxy.url });
        await eventually("pages are read", async () => (await get("/answers")).status === 200);
        const letGo = proxy.hold();
        expect((await get("/answers")).status).toBe(200);
        expect(await replicaOf()).toMatchObject({ ready: 503, status: "ok" });
        letGo();
        await eventually("it is ready", async () => (await get("/readyz")).status === 200);
        await query(replica.url, "SELECT pg_promote()");
        await eventually("it is found out", async () => (await replicaOf()).code === "replica_unusable");
        const page = await get("/answers");
        expect([page.status, page.text]).toEqual([503, expect.stringContaining("replica_unusable")]);
        daemon.child.kill("SIGTERM");
        expect(await daemon.ended).toMatchObject({ exitCode: 0 });
      });
    }),
  );

  test(
    "loads, and ends when told to, while the replica takes connections and never answers",
    besideReplica(async ({ settings }) => {
      const silent = createServer(() => undefined).listen(0, "127.0.0.1");
      await once(silent, "listening");
      const { port } = silent.address() as AddressInfo;
      try {
        const { daemon } = await startAt({
          ...settings,
          READER_DATABASE_URL: `postgresql://tillhouse:secret@127.0.0.1:${port}/tillhouse`,
        });
        await daemon.untilItSays(/"run ended"/);
        daemon.child.kill("SIGTERM");
        expect(await daemon.ended).toMatchObject({ exitCode: 0 });
      } finally {
        silent.close();
      }
    }),
  );

  test(
    "does not start with a copy of the warehouse for a replica",
    besideReplica(async ({ settings }) => {
      const other = await migratedWorkplace();
      const otherUrl = await holdServer(other);
      await addSampleFiles(other);
      await runForJson(["ingest", "--json"], other.environment);
      const { daemon } = await startAt({ ...settings, READER_DATABASE_URL: otherUrl });
      const { exitCode, stderr } = await daemon.ended;
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining("does not follow DATABASE_URL's")]);
      expect(stderr).toContain('"code":"replica_unusable"');
    }),
  );
});
