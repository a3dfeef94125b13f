/**
 * Settings of the Prisma CLI, which finds this file by itself. Paths are relative to it.
 *
 * No command may reach for the network: migrations run on the schema engine that npm installed (`prisma/engine`),
 * and the check for updates is off.
 */
import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "prisma/config";

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { env, execPath, platform } = process;

env["CHECKPOINT_DISABLE"] ??= "1";
env["PRISMA_HIDE_UPDATE_MESSAGE"] ??= "1";

// What is set already wins.
if (existsSync(inProject(".env"))) process.loadEnvFile(inProject(".env"));

let url = env["DATABASE_URL"];

// A script with a #! line is a program on these two, run by the first `node` of the PATH: let that be this one.
// Elsewhere Prisma fetches its own engine.
const launcher = inProject("prisma/engine/schemaEngine.mjs");
if (platform === "linux" || platform === "darwin") {
  env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= launcher;
  env["PATH"] = [dirname(execPath), env["PATH"]].join(delimiter);
}

// Killed in the middle of its work (by the kernel, for memory), the engine cannot tell, and the CLI may then end with
// 0 and not a word. A plain exit code 1 of its `cli` commands is an answer, such as "no such database".
subscribe("child_process", (message) => {
  const { process: child } = message as { process: ChildProcess };
  child.on("exit", (code, signal) => {
    const isEngine =
      child.spawnfile === env["PRISMA_SCHEMA_ENGINE_BINARY"] && !child.spawnargs.includes("cli");
    if (!isEngine || code === 0) return;
    process.exitCode = 1;
    process.stderr.write(`The schema engine ended early (${signal ?? `exit code ${String(code)}`}).\n`);
  });
});

// The CLI hands the URL to the engine on its command line, which every user of the machine can read. Our engine and
// Studio take the password from the environment as well, which others cannot read.
if (env["PRISMA_SCHEMA_ENGINE_BINARY"] === launcher && url !== undefined && URL.canParse(url)) {
  // pg takes a stray % for itself.
  const parsed = new URL(url.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  // Of the two places that it may stand in, pg prefers the parameter.
  const asParameter = parsed.searchParams.getAll("password").at(-1) ?? "";
  const password = asParameter === "" ? decodeURIComponent(parsed.password) : asParameter;
  if (password !== "") {
    env["PGPASSWORD"] = password;
    parsed.password = "";
    parsed.searchParams.delete("password");
    url = parsed.href;
  }
}

export default defineConfig({
  schema: "../prisma/schema.prisma",
  migrations: { path: "../prisma/migrations" },
  // `generate`, `validate` and `format` do without a database.
  ...(url && { datasource: { url } }),
});
