import { parseString } from "fast-csv";

const BYTE_ORDER_MARK = "\ufeff";

/**
 * Fields of each record of a text, by fast-csv. The text must be whole, well-quoted records with a line end after
 * each: on anything else fast-csv is slow, and its error text holds the data, so that text is never passed on.
 */
export function parseFramedText(text: string, delimiter: string): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = [];
    // fast-csv drops one from the beginning; inside a file (two files made one) it belongs to a field like any other.
    const kept = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + text : text;
    parseString<string[], string[]>(kept, { headers: false, delimiter, ignoreEmpty: false })
      .on("error", () => {
        reject(new Error("fast-csv could not read a record that was framed as well-formed"));
      })
      .on("data", (row: string[]) => rows.push(row))
      .on("end", () => {
        resolve(rows);
      });
  });
}
