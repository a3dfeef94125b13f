import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder above this file with `prisma/schema.prisma`: the same from `src` and from `dist`. */
function findProjectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "prisma", "schema.prisma"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("prisma/schema.prisma is missing from the installation");
    folder = parent;
  }
  return folder;
}

export const projectRoot = findProjectRoot();
