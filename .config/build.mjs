/** Makes dist/: the typed database client, compiled TypeScript with its tree kept, what it reads beside it, and two entries. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { statSync } from "node:fs";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

/** Runs a package's own program, in this Node. */
function run(packageName, program, args) {
  const path = join(dirname(require.resolve(`${packageName}/package.json`)), program);
  const { status } = spawnSync(process.execPath, [path, ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) {
    // The programs print their findings on stdout: once more, to be seen.
    spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    process.exit(status ?? 1);
  }
}

/** Of files that are no modules: statements, and what browsers are sent. */
const AS_THEY_ARE = [".sql", ".css", ".js", ".svg"];

rmSync(join(root, "dist"), { recursive: true, force: true });
run("prisma", "build/index.js", ["generate"]);
// Whoever installs does not wait until types are checked (`--noCheck`).
run("typescript", "bin/tsc", ["-p", ".config/tsconfig.build.json", ...process.argv.slice(2)]);
for (const folder of ["src", "jobs"]) {
  cpSync(join(root, folder), join(root, "dist", folder), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || AS_THEY_ARE.includes(extname(path)),
  });
}
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(join(root, "dist", "cli.js"), '#!/usr/bin/env node\nimport "./src/cli.js";\n', { mode: 0o755 });
writeFileSync(join(root, "dist", "scheduler.js"), '#!/usr/bin/env node\nimport "./src/scheduler.js";\n', {
  mode: 0o755,
});
