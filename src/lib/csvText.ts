/** One field of a CSV record, quoted only where its content asks for it, quotes doubled (RFC 4180). */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record of a CSV file with its newline. */
export function csvRecord(values: readonly (string | number)[]): string {
  return `${values.map(csvField).join(",")}\n`;
}
