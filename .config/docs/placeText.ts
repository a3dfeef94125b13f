import type { Document } from "./documents.ts";

/**
 * What a document's file holds once it has the text.
 *
 * @param content what it holds now
 * @throws Error where it has no place for the text
 */
export function placeText(
  { file, part }: Pick<Document, "file" | "part">,
  content: string,
  text: string,
): string {
  if (part === undefined) return `${text}\n`;
  const [begin, end] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
  const [from, to] = [content.indexOf(begin), content.indexOf(end)];
  if (from === -1 || to < from)
    throw new Error(`${file} has no place for ${part}: a line ${begin} and, after it, a line ${end}`);
  return `${content.slice(0, from)}${begin}\n\n${text}\n\n${content.slice(to)}`;
}
