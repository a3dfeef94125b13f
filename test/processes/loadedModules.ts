import { readFile } from "node:fs/promises";
import type { Environment, Program } from "./programs.ts";

/** Makes Node say what it loads. */
export const TELLING_MODULES: Environment = { NODE_DEBUG: "esm,module" };

/** Paths of the modules that a program loaded which told so: files of dist/ hold many, and their maps name them. */
export async function loadedModules({ ended }: Pick<Program, "ended">): Promise<string[]> {
  const { stderr } = await ended;
  const files = new Set(stderr.match(/(?<=file:\/\/)\S+\/dist\/[^\s/']+\.js\b/g));
  const maps = await Promise.all([...files].map((file) => readFile(`${file}.map`, "utf8")));
  return maps.flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources);
}
