import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "../../src/database/model/model.ts";
import type { Document } from "./documents.ts";
import { placeText } from "./placeText.ts";

/** What is to be done, and what it is said with. */
export interface Writing {
  readonly root: string;
  readonly documents: readonly Document[];
  readonly model: () => Promise<Model>;
  /** Whether nothing is written, and only those are named that are not what the code says. */
  readonly isCheck: boolean;
}

/** Writes documents anew, as far as they are not what the code says. Gives the names of those. */
export async function writeDocuments({ root, documents, model, isCheck }: Writing): Promise<string[]> {
  const drifted: string[] = [];
  for (const document of documents) {
    const path = join(root, document.file);
    const content = await contentOf(path);
    const written = placeText(document, content, await document.text(model));
    if (written === content) continue;
    drifted.push(nameOf(document));
    if (!isCheck) await writeFile(path, written);
  }
  return drifted;
}

/** A file that is not there yet is as good as an empty one. */
async function contentOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
}

const nameOf = ({ file, part }: Document): string => (part === undefined ? file : `${file} (${part})`);
