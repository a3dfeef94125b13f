// @ts-check
/** The schema engine in WebAssembly, made to answer the calls that the CLI sends to the native one. */
import { readFile } from "node:fs/promises";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { runOnce } from "./connection.mjs";
import { EngineError, fromEngine } from "./engineError.mjs";
import { adapterFactory } from "./migrationAdapter.mjs";

/** What the CLI may call by name, with the parameters as they come. */
const METHODS = /** @type {const} */ ([
  "applyMigrations",
  "createMigration",
  "dbExecute",
  "debugPanic",
  "devDiagnostic",
  "diagnoseMigrationHistory",
  "diff",
  "ensureConnectionValidity",
  "evaluateDataLoss",
  "introspect",
  "introspectSql",
  "markMigrationApplied",
  "markMigrationRolledBack",
  "reset",
  "schemaPush",
]);

/** The engine does not start without a datamodel, and `diff` sends none: its two sides carry their own. */
const NO_DATAMODEL = 'datasource db {\n  provider = "postgresql"\n}\n';

/**
 * What is used of the global, which neither the es2023 library nor the types of Node 20 declare.
 *
 * @typedef {object} WebAssembly
 * @property {(bytes: Uint8Array, imports: object) => Promise<{ instance: { exports: Exports } }>} instantiate
 *
 * @typedef {{ __wbindgen_start: () => void }} Exports
 */

async function loadWasm() {
  const { WebAssembly } = /** @type {{ WebAssembly: WebAssembly }} */ (/** @type {unknown} */ (globalThis));
  const bindingsUrl = import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(new URL("schema_engine_bg.wasm", bindingsUrl));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** @returns {Promise<string>} the hash of the commit it was built from */
export async function engineVersion() {
  await loadWasm();
  return bindings.version();
}

export class WasmEngine {
  /** @type {Promise<bindings.SchemaEngine> | undefined} */
  #engine;

  /**
   * @param {string[]} datamodels names of schema files
   * @param {import("./connection.mjs").Datasource} datasource
   */
  constructor(datamodels, datasource) {
    this.datamodels = datamodels;
    this.datasource = datasource;
  }

  /**
   * @param {string} method
   * @param {unknown} params
   * @param {(text: string) => void} print
   * @returns {Promise<unknown>} what the native engine would answer
   */
  async call(method, params, print) {
    try {
      this.#engine ??= this.#open();
      return await this.#dispatch(await this.#engine, method, params, print);
    } catch (error) {
      throw fromEngine(/** @type {Error} */ (error));
    }
  }

  async #open() {
    const { url, shadowDatabaseUrl } = this.datasource;
    // The engine would connect by itself, but tell less of why it could not.
    await runOnce(url, "SELECT 1");
    await loadWasm();
    const datamodels = await readAll(this.datamodels);
    if (datamodels.length === 0) datamodels.push(["schema.prisma", NO_DATAMODEL]);
    const factory = adapterFactory(
      /** @type {string} */ (url),
      /** @type {string} */ (shadowDatabaseUrl ?? url),
    );
    return bindings.SchemaEngine.new(
      { datamodels },
      forwardLog,
      bindMigrationAwareSqlAdapterFactory(factory),
    );
  }

  /**
   * @param {bindings.SchemaEngine} engine
   * @param {string} method
   * @param {unknown} params
   * @param {(text: string) => void} print
   * @returns {Promise<unknown>}
   */
  async #dispatch(engine, method, params, print) {
    if (method === "getDatabaseVersion") return engine.version();
    const known = METHODS.find((name) => name === method);
    if (known === undefined) throw new EngineError(undefined, `The schema engine has no method ${method}.`);

    if (known === "evaluateDataLoss" || known === "createMigration") {
      // Only devDiagnostic replays the migrations on a shadow database; these two read what it remembered. The CLI
      // called it before it applied pending migrations, and what is remembered since then lacks those.
      const { migrationsList, filters } = /** @type {bindings.DevDiagnosticInput} */ (params);
      await engine.devDiagnostic({ migrationsList, filters });
    }
    const result = await /** @type {(params: unknown) => unknown} */ (engine[known].bind(engine))(params);

    // Where a listed schema is missing, the engine's reset keeps its own table, and then refuses to apply anything.
    if (known === "reset") await runOnce(this.datasource.url, 'DROP TABLE IF EXISTS "_prisma_migrations"');
    if (known !== "diff") return result;
    // The native engine has the CLI print the difference, and answers with the exit code alone.
    const { stdout, exitCode } = /** @type {bindings.DiffResult} */ (result);
    if (stdout) print(stdout.replace(/\n$/, ""));
    return { exitCode, stdout: null };
  }
}

/** @param {string[]} files */
async function readAll(files) {
  return Promise.all(
    files.map(async (file) => /** @type {[string, string]} */ ([file, await readFile(file, "utf8")])),
  );
}

/**
 * The CLI shows these under DEBUG=prisma:schemaEngine:stderr.
 *
 * @param {string} line JSON
 */
function forwardLog(line) {
  process.stderr.write(`${line}\n`);
}
