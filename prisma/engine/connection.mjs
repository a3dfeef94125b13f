// @ts-check
/** Connection settings out of a DATABASE_URL, and single statements on a connection of their own. */
import pg from "pg";
import { connectionError, EngineError } from "./engineError.mjs";

/**
 * @typedef {object} Datasource as the CLI passes it
 * @property {string} [url]
 * @property {string} [shadowDatabaseUrl] here only the server and the user that shadow databases are created with
 */

/** @param {string | undefined} url */
function parseUrl(url) {
  if (!url) throw new EngineError(undefined, "This command needs a database, and DATABASE_URL is not set.");
  // pg takes a stray % for itself, but then encodes the rest of the URL again.
  if (URL.canParse(url)) return new URL(url.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  throw new EngineError(
    "P1013",
    "DATABASE_URL cannot be read; its shape is postgresql://user:password@host:port/database",
  );
}

/**
 * @param {string | undefined} url
 * @returns {string} the name of the database; PostgreSQL's default is the user's name
 */
export function databaseName(url) {
  const { pathname, username } = parseUrl(url);
  return decodeURIComponent(pathname.slice(1) || username);
}

/**
 * @param {string | undefined} url
 * @param {string} database
 * @returns {string} the same, but for another database
 */
export function databaseUrl(url, database) {
  const parsed = parseUrl(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

/**
 * @param {string | undefined} url
 * @returns {pg.ClientConfig & { schema: string }}
 */
export function sessionConfig(url) {
  const parsed = parseUrl(url);
  const { searchParams } = parsed;
  const schema = searchParams.get("schema") ?? "public";
  // As with the native engine, unqualified names mean that one schema. UTC because the adapter drops the offset
  // of a timestamp, and so that a migration means the same everywhere.
  const settings = ["timezone=UTC", `search_path="${schema.replaceAll('"', '""')}"`];
  const options = settings.map((setting) => `-c ${setting.replace(/[\\\s]/g, "\\$&")}`);
  searchParams.set("options", [searchParams.get("options") ?? "", ...options].join(" ").trim());
  return {
    connectionString: parsed.href,
    schema,
    application_name: "prisma schema engine",
    connectionTimeoutMillis: 1000 * Number(searchParams.get("connect_timeout") ?? 5),
  };
}

/**
 * @param {string | undefined} url
 * @param {string} sql one statement
 */
export async function runOnce(url, sql) {
  const client = new pg.Client(sessionConfig(url));
  try {
    await client.connect();
    await client.query(sql);
  } catch (error) {
    throw connectionError(error, `${client.host}:${client.port}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
