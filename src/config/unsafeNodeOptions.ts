import { TillhouseError } from "../lib/errors.ts";

/**
 * Options by which Node writes its memory to a file, prints it, or opens it to other programs, and which cannot be
 * switched off from inside; of Node 20 to 24 and of its V8. What they leave could hold card numbers. Reports
 * (`--report-…`) are switched off instead.
 * https://nodejs.org/api/cli.html
 */
const UNSAFE = [
  // A snapshot is a file with every string of the heap in it.
  /^--heap-?snapshot-(?!string-limit$)/,
  /^--heap-prof$/,
  /^--build-snapshot(-config)?$/,
  // A debugger reads all variables, and whoever reaches its port is one.
  /^--inspect(-brk|-wait|-brk-node)?$/,
  // Instead of ending the process with an error, it dumps core.
  /^--abort-on-uncaught-exception$/,
  // Prints each call with its arguments.
  /^--trace$/,
  // Any of these may stand in such a file, unseen.
  /^--experimental-(default-)?config-file$/,
];

/** Names of Node's own notes that hold what goes through: a record that fast-csv reads is such a stream. */
const TELLING_SECTION = "stream";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Refuses a process of which others could get at the memory.
 *
 * @param options what Node was started with on its command line
 * @throws TillhouseError `unsafe_node_options`, naming where the option stands and what to do
 */
export function refuseUnsafeNodeOptions(environment: Environment, options: readonly string[]): void {
  const given = environment["NODE_OPTIONS"] ?? "";
  refuse("NODE_OPTIONS", unsafeAmong(given.split(/[\s"]+/)), "Take it out of NODE_OPTIONS");
  refuse("the command line of node", unsafeAmong(options), "Start node without it");
  const section = (environment["NODE_DEBUG"] ?? "").split(",").find(isTelling);
  refuse("NODE_DEBUG", section, "Take it out of NODE_DEBUG, or name only other sections");
}

function refuse(place: string, option: string | undefined, remedy: string): void {
  if (option === undefined) return;
  throw new TillhouseError(
    "unsafe_node_options",
    `${option} in ${place} makes Node show or write what is in its memory, which may be card numbers. ${remedy}.`,
    { place, option },
  );
}

/** The first of them that is unsafe, its value left out. Node takes `_` for `-`. */
function unsafeAmong(options: readonly string[]): string | undefined {
  return options
    .map((option) => option.replace(/=.*$/s, ""))
    .find((option) => UNSAFE.some((unsafe) => unsafe.test(option.replaceAll("_", "-"))));
}

/** As Node reads it: in any case, `*` for anything. */
function isTelling(section: string): boolean {
  const pattern = section
    .trim()
    .replace(/[\\^$+?.()|[\]{}]/g, "\\$&")
    .replaceAll("*", ".*");
  return new RegExp(`^${pattern}$`, "i").test(TELLING_SECTION);
}
