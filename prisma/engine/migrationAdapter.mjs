// @ts-check
/**
 * PostgreSQL as the WebAssembly schema engine needs it: one session, catalogue types it can read, scripts sent
 * whole, and shadow databases that come and go.
 */
import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, DriverAdapterError } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { databaseUrl, runOnce, sessionConfig } from "./connection.mjs";
import { isRefusedWhole, runOneByOne } from "./oneByOne.mjs";

/** @typedef {Awaited<ReturnType<PrismaPg["connect"]>>} Adapter */

/** Types that the adapter refuses ("char", name and arrays of them), and what the catalogue's are reported as. */
const READABLE_OIDS = new Map([
  [18, 25],
  [19, 25],
  [1002, 1009],
  [1003, 1009],
]);

/** Shadow databases that exist now, each with the URL it was created through. */
const shadowDatabases = /** @type {Map<string, string>} */ (new Map());

/**
 * The pool's client. A column's type must change before pg picks a parser for it, so this listener is attached
 * before the client's own.
 */
class CatalogueClient extends pg.Client {
  /** @param {pg.ClientConfig} [config] */
  constructor(config) {
    super(config);
    const { connection } = /** @type {{ connection: import("node:events").EventEmitter }} */ (
      /** @type {unknown} */ (this)
    );
    connection.on("rowDescription", (/** @type {{ fields: { dataTypeID: number }[] }} */ message) => {
      for (const field of message.fields) {
        field.dataTypeID = READABLE_OIDS.get(field.dataTypeID) ?? field.dataTypeID;
      }
    });
  }
}

/**
 * @param {string} url
 * @returns {Promise<Adapter>}
 */
async function connect(url) {
  const { schema, ...config } = sessionConfig(url);
  // One connection and no more: the engine's advisory lock, and what a migration SETs, belong to the session.
  const pool = { ...config, max: 1, idleTimeoutMillis: 0, Client: CatalogueClient };
  const adapter = await new PrismaPg(pool, { schema }).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  const executeRaw = adapter.executeRaw.bind(adapter);

  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query).catch((/** @type {unknown} */ error) => {
      throw error instanceof DriverAdapterError ? error : adapterError(/** @type {Error} */ (error).message);
    });
    // As text this one panics the engine on any CHECK, and on every database of PostgreSQL 18, which lists NOT NULL
    // among the constraints (prisma/orm#29635). The other columns of type "char" have to stay text.
    const constraintType = result.columnNames.indexOf("constraint_type");
    if (constraintType >= 0) result.columnTypes[constraintType] = ColumnTypeEnum.Character;
    return result;
  };

  // The adapter's own cuts a script at every semicolon, those in strings and function bodies too. Sent whole it is
  // one implicit transaction, as with the native engine.
  adapter.executeScript = async (script) => {
    // Taken out of the pool, which ends a connection that a query of the pool's own fails on, and the engine's lock with it.
    const session = await adapter.underlyingDriver().connect();
    // A connection that breaks fails the query as well.
    session.on("error", ignore);
    try {
      await session.query(script).catch((/** @type {pg.DatabaseError} */ error) => {
        if (!isRefusedWhole(error)) throw error;
        return runOneByOne(session, script, error);
      });
    } catch (error) {
      // A script with its own BEGIN leaves an aborted transaction, in which the engine could not record the failure.
      await session.query("ROLLBACK").catch(() => undefined);
      throw scriptError(/** @type {pg.DatabaseError} */ (error), script);
    } finally {
      session.off("error", ignore);
      session.release();
    }
  };

  // `db execute` comes this way, without arguments.
  adapter.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query);
    await adapter.executeScript(query.sql);
    return 0;
  };
  return adapter;
}

function ignore() {
  // It is told elsewhere.
}

/**
 * Says where in the script.
 *
 * @param {Error & Partial<pg.DatabaseError>} error
 * @param {string} script
 */
function scriptError(error, script) {
  const lines = [error.code === undefined ? error.message : `${error.message} (${error.code})`];
  if (error.position !== undefined) {
    // Counted in characters, not in units of UTF-16.
    const before = [...script].slice(0, Number(error.position) - 1);
    const number = before.filter((character) => character === "\n").length + 1;
    lines.push(`at line ${number}: ${script.split("\n")[number - 1]?.trim() ?? ""}`);
  }
  if (error.detail) lines.push(`detail: ${error.detail}`);
  if (error.where) lines.push(`where: ${error.where}`);
  if (error.hint) lines.push(`hint: ${error.hint}`);
  return adapterError(lines.join("\n"));
}

/**
 * An error whose words reach the user. With a SQLSTATE the engine would put vaguer ones in their place ("The
 * underlying table for model `x` does not exist"), and of any other kind of error it would tell only a number.
 *
 * @param {string} message
 */
function adapterError(message) {
  const none = { detail: undefined, column: undefined, hint: undefined };
  return new DriverAdapterError({ kind: "postgres", code: "launcher", severity: "ERROR", message, ...none });
}

/**
 * What the engine connects through: to the database of `url`, and to an empty one while it compares.
 *
 * @param {string} url
 * @param {string} creatorUrl
 */
export function adapterFactory(url, creatorUrl) {
  return {
    provider: /** @type {const} */ ("postgres"),
    adapterName: "@prisma/adapter-pg",
    connect: () => connect(url),
    // PrismaPg's own, given a connection string, connects to the main database and not to the new one.
    connectToShadowDb: async () => {
      const database = `prisma_migrate_shadow_db_${randomUUID()}`;
      await runOnce(creatorUrl, `CREATE DATABASE "${database}"`).catch((/** @type {unknown} */ error) => {
        const { message } = /** @type {Error} */ (error);
        throw adapterError(
          `It is a temporary one, for comparisons, that the user must be allowed to create. ${message}`,
        );
      });
      shadowDatabases.set(database, creatorUrl);
      const adapter = await connect(databaseUrl(creatorUrl, database));
      const dispose = adapter.dispose.bind(adapter);
      adapter.dispose = async () => {
        await dispose();
        await dropShadowDatabases();
      };
      return adapter;
    },
  };
}

/** Drops every shadow database of this process, in use or not. */
export async function dropShadowDatabases() {
  for (const [database, creatorUrl] of shadowDatabases) {
    await runOnce(creatorUrl, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    shadowDatabases.delete(database);
  }
}
