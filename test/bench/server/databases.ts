import { randomBytes } from "node:crypto";
import { withClient, type BenchServer } from "./benchServer.ts";

const INSUFFICIENT_PRIVILEGE = "42501";

/** A database of the bench, by name and by address. */
export interface Database {
  readonly name: string;
  readonly url: string;
}

/** Makes databases on the server, and remembers them until they are dropped. */
export class Databases {
  readonly #server: BenchServer;
  readonly #there = new Set<string>();

  constructor(server: BenchServer) {
    this.#server = server;
  }

  /**
   * A new database: a copy of `template`, or an empty one. Nobody may be connected to a template. Its files are copied as
   * they are: a copy through the log would leave gigabytes of it for the next run to pay for.
   */
  async create(purpose: string, template?: Database): Promise<Database> {
    const name = `tillhouse_bench_${purpose}_${randomBytes(4).toString("hex")}`;
    const from = template?.name ?? "template0";
    this.#there.add(name);
    await withClient(this.#server.url, (client) =>
      client.query(`CREATE DATABASE ${name} TEMPLATE ${from} STRATEGY file_copy`),
    );
    const url = new URL(this.#server.url);
    url.pathname = `/${name}`;
    return { name, url: url.href };
  }

  async drop({ name }: Database): Promise<void> {
    await withClient(this.#server.url, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    );
    this.#there.delete(name);
  }

  /** Drops all that are left. */
  async dropAll(): Promise<void> {
    for (const name of [...this.#there]) await this.drop({ name, url: "" });
  }

  /** Writes out what earlier work left behind, so that the next run does not pay for it; where the user may not, nothing. */
  async settle(): Promise<void> {
    await withClient(this.#server.url, async (client) => {
      try {
        await client.query("CHECKPOINT");
      } catch (error) {
        if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE) throw error;
      }
    });
  }
}
