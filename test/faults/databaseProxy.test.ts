import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import pg from "pg";
import { sendCopy } from "../../src/ingestion/sendCopy.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { eventually } from "../processes/eventually.ts";
import { query } from "../processes/workplace.ts";
import { withDatabaseProxy, type DatabaseProxy } from "./harness/databaseProxy.ts";
import { WireMessages } from "./harness/wireMessages.ts";

interface Through {
  readonly client: pg.Client;
  readonly proxy: DatabaseProxy;
  /** Of the database, not through the proxy. */
  readonly url: string;
}

/** Gives `work` a connection through a proxy, with an empty table `seen (number)`. */
function through(work: (through: Through) => Promise<void>): () => Promise<void> {
  return () =>
    withTestDatabase((url) =>
      withDatabaseProxy(url, async (proxy) => {
        const client = new pg.Client({ connectionString: proxy.url, application_name: "a program" });
        client.on("error", () => undefined);
        await client.connect();
        await client.query("CREATE TABLE seen (number integer)");
        try {
          await work({ client, proxy, url });
        } finally {
          await client.end().catch(() => undefined);
        }
      }),
    );
}

const INSERT = "INSERT INTO seen VALUES ($1)";
const isInsert = ({ sql }: { sql: string }): boolean => sql.startsWith("INSERT INTO seen");
const seenNumbers = async (url: string): Promise<number[]> =>
  (await query<{ number: number }>(url, "SELECT number FROM seen ORDER BY number")).map((row) => row.number);

const message = (type: string, content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + content.length);
  return Buffer.concat([Buffer.from(type), length, content]);
};
const STARTUP = message("", Buffer.from("\0\x03\0\0user\0tillhouse\0\0"));

test("messages come out whole, however the network cuts them", () => {
  const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(
      fc.array(content),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (contents, lengths) => {
        const sent = [STARTUP, ...contents.map((each) => message("d", each))];
        const stream = Buffer.concat(sent);
        const messages = new WireMessages("program");
        const taken: Buffer[] = [];
        for (let [at, packets] = [0, 0]; at < stream.length; packets += 1) {
          const length = lengths[packets % lengths.length] ?? 1;
          taken.push(...messages.take(stream.subarray(at, at + length)));
          at += length;
        }
        expect(taken).toEqual(sent);
      },
    ),
  );
});

describe("a proxy", () => {
  test(
    "passes on statements with and without values, results of many packets, and COPY",
    through(async ({ client, proxy, url }) => {
      const met: string[] = [];
      const note = (when: "before" | "after", at: RegExp): void => {
        proxy.ambush({
          at: ({ sql }) => at.test(sql),
          when,
          act: () => void met.push(`${when} ${String(at)}`),
        });
      };
      note("before", /^COPY/);
      note("after", /^COPY/);
      const rows = Array.from({ length: 50_000 }, (_, index) => `${index}\n`);
      const copied = await sendCopy(client, "COPY seen FROM STDIN", [Buffer.from(rows.join(""))]);
      expect(copied).toBe(rows.length);
      expect(met).toEqual(["before /^COPY/", "after /^COPY/"]);
      await client.query(INSERT, [-1]);
      const { rows: found } = await client.query<{ number: number }>(
        "SELECT number FROM seen ORDER BY number",
      );
      expect(found.map(({ number }) => number)).toEqual([-1, ...rows.map(Number)]);
      await expect(seenNumbers(url)).resolves.toHaveLength(rows.length + 1);
      await expect(client.query("SELECT 1/0")).rejects.toThrow(/division by zero/);
      await expect(client.query("SELECT 1 AS one")).resolves.toMatchObject({ rows: [{ one: 1 }] });
    }),
  );

  test(
    "resets a connection before a statement reaches the server",
    through(async ({ client, proxy, url }) => {
      const laid = proxy.ambush({
        at: (statement) => isInsert(statement) && statement.session === "a program",
        occurrence: 2,
        when: "before",
        act: (connection) => {
          connection.reset();
        },
      });
      await client.query(INSERT, [1]);
      expect(laid.wasReached).toBe(false);
      await expect(client.query(INSERT, [2])).rejects.toThrow();
      expect(laid.wasReached).toBe(true);
      await expect(seenNumbers(url)).resolves.toEqual([1]);
    }),
  );

  test(
    "loses the answer of a COMMIT that the server has done",
    through(async ({ client, proxy, url }) => {
      const transactions: (readonly string[])[] = [];
      proxy.ambush({
        at: ({ sql }) => sql === "COMMIT",
        when: "after",
        act: (connection) => {
          connection.reset();
        },
      });
      proxy.ambush({
        at: ({ sql, earlier }) => sql === "COMMIT" && transactions.push(earlier) > 0,
        when: "before",
        act: () => undefined,
      });
      await client.query("BEGIN");
      await client.query(INSERT, [1]);
      await expect(client.query("COMMIT")).rejects.toThrow();
      expect(transactions).toEqual([["BEGIN", INSERT]]);
      await expect(seenNumbers(url)).resolves.toEqual([1]);
    }),
  );

  test(
    "goes half open: neither side hears from the other, nor of its end",
    through(async ({ client, proxy, url }) => {
      const backends = () =>
        query(url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'a program'");
      proxy.ambush({
        at: isInsert,
        when: "before",
        act: (connection) => {
          connection.goHalfOpen();
        },
      });
      let hasEnded = false;
      const inserted = client.query(INSERT, [1]).finally(() => {
        hasEnded = true;
      });
      inserted.catch(() => undefined);
      // Others still get through.
      await expect(query(proxy.url, "SELECT 1 AS one")).resolves.toEqual([{ one: 1 }]);
      expect(hasEnded).toBe(false);
      await client.end();
      await expect(inserted).rejects.toThrow();
      await expect(backends()).resolves.toHaveLength(1);
      await proxy.close();
      await eventually("the server has heard of the end", async () => (await backends()).length === 0);
      await expect(seenNumbers(url)).resolves.toEqual([]);
    }),
  );

  test(
    "holds everything back, and lets it go",
    through(async ({ client, proxy, url }) => {
      const letGo = proxy.hold();
      const inserted = client.query(INSERT, [1]);
      const other = query(proxy.url, "SELECT 1 AS one");
      await expect(seenNumbers(url)).resolves.toEqual([]);
      letGo();
      await inserted;
      await expect(other).resolves.toEqual([{ one: 1 }]);
    }),
  );
});
