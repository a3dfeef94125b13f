import { parseString } from "fast-csv";

/**
 * Fields of each record of a text, by fast-csv. The text must be whole, well-quoted records with a line end after
 * each: on anything else fast-csv is slow, and its error text holds the data, so that text is never passed on.
 */
export function parseFramedText(text: string, delimiter: string): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = [];
    parseString<string[], string[]>(text, { headers: false, delimiter, ignoreEmpty: false })
      .on("error", () => {
        reject(new Error("fast-csv could not read a record that was framed as well-formed"));
      })
      .on("data", (row: string[]) => rows.push(row))
      .on("end", () => {
        resolve(rows);
      });
  });
}
