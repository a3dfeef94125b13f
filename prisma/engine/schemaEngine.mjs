#!/usr/bin/env node
// @ts-check
/**
 * What PRISMA_SCHEMA_ENGINE_BINARY names (`.config/prisma.ts` sets it). It answers the Prisma CLI as the native schema
 * engine would, and does the work with the same engine compiled to WebAssembly, which npm installs: no command has to
 * download a binary.
 *
 * The CLI starts it in three ways:
 * - `--version`
 * - `--datasource JSON cli can-connect-to-database|create-database|drop-database`, answered by the exit code
 * - `[--datamodels FILE]… [--datasource JSON]`, and then JSON-RPC on stdin and stdout, a message a line
 */
import { parseArgs } from "node:util";

// Node prints warnings as plain text, and the CLI takes every line on stderr for JSON.
process.removeAllListeners("warning");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    datamodels: { type: "string", short: "d", multiple: true },
    datasource: { type: "string" },
    // The native engine takes these two as well; this one finds preview features in the datamodels.
    "enabled-preview-features": { type: "string" },
    "extension-types": { type: "string" },
    version: { type: "boolean" },
  },
});

/** @type {unknown} */
const given = JSON.parse(values.datasource ?? "{}");
const datasource = /** @type {import("./connection.mjs").Datasource} */ (given);

if (values.version) {
  const { engineVersion } = await import("./wasmEngine.mjs");
  process.stdout.write(`schema-engine-cli ${await engineVersion()}\n`);
} else if (positionals[0] === "cli") {
  const { runDatabaseCommand } = await import("./databaseCommands.mjs");
  await runDatabaseCommand(positionals[1] ?? "", datasource);
} else {
  const [{ WasmEngine }, { serveRpc }, { dropShadowDatabases }] = await Promise.all([
    import("./wasmEngine.mjs"),
    import("./rpc.mjs"),
    import("./migrationAdapter.mjs"),
  ]);
  const engine = new WasmEngine(values.datamodels ?? [], datasource);
  serveRpc((method, params, print) => engine.call(method, params, print), dropShadowDatabases);
}
