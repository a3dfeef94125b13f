/** A kind of file that is no CSV, whatever it is called. */
export interface ForeignFormat {
  /** Reads on from "it begins as". */
  readonly name: string;
  readonly remedy: string;
}

/** So much of a file's beginning is looked at. */
const LOOKED_AT = 1_024;

const ONE_A_LINE = "Write its records as NDJSON, one object a line, or as CSV.";
const EXPORT = "Export the table it holds as CSV in UTF-8.";
const UNPACK = "Unpack it, and load the CSV files that are in it.";
const RECODE = "Save the file as UTF-8.";
const WRONG_FILE = "Put the CSV file that was meant in its place.";

/** Bytes as Latin-1, at the very beginning of a file: the signatures that the formats themselves define. */
const SIGNATURES: readonly (ForeignFormat & { readonly bytes: string })[] = [
  { bytes: "\x89PNG\r\n\x1a\n", name: "a PNG image", remedy: WRONG_FILE },
  { bytes: "\xff\xd8\xff", name: "a JPEG image", remedy: WRONG_FILE },
  { bytes: "GIF8", name: "a GIF image", remedy: WRONG_FILE },
  { bytes: "%PDF-", name: "a PDF document", remedy: EXPORT },
  { bytes: "PK\x05\x06", name: "an empty zip archive", remedy: WRONG_FILE },
  {
    bytes: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    name: "an Office document of the old form (.xls), or one with a password,",
    remedy: "Save it as .xlsx without a password, or its sheet as CSV in UTF-8.",
  },
  { bytes: "\x1f\x8b", name: "a gzip archive", remedy: UNPACK },
  { bytes: "BZh", name: "a bzip2 archive", remedy: UNPACK },
  { bytes: "\xfd7zXZ\0", name: "an xz archive", remedy: UNPACK },
  { bytes: "\x28\xb5\x2f\xfd", name: "a Zstandard archive", remedy: UNPACK },
  { bytes: "7z\xbc\xaf\x27\x1c", name: "a 7z archive", remedy: UNPACK },
  { bytes: "Rar!\x1a\x07", name: "a RAR archive", remedy: UNPACK },
  { bytes: "SQLite format 3\0", name: "a SQLite database", remedy: EXPORT },
  { bytes: "PAR1", name: "a Parquet file", remedy: EXPORT },
  { bytes: "PGDMP", name: "a dump of PostgreSQL", remedy: EXPORT },
  { bytes: "\xff\xfe\0\0", name: "text in UTF-32", remedy: RECODE },
  { bytes: "\0\0\xfe\xff", name: "text in UTF-32", remedy: RECODE },
];

/** What begins so, after a byte order mark and white space. */
const TEXTS: readonly (ForeignFormat & { readonly begins: RegExp })[] = [
  {
    begins: /^<(?:!doctype html|html|head|body)\b/i,
    name: "a web page (HTML)",
    remedy: "It may tell of an error, or ask for a login: fetch the CSV file anew.",
  },
  { begins: /^<(?:\?xml|[a-z][\w:-]*[\s/>])/i, name: "an XML document", remedy: EXPORT },
  { begins: /^(?:\{\s*["}]|\[\s*["{[\]])/, name: "a JSON document", remedy: ONE_A_LINE },
];

/** NUL where the other halves of ASCII characters are, at least twice. */
const WIDE_TEXTS: readonly (ForeignFormat & { readonly begins: RegExp })[] = [
  { begins: /^(?:[^\0]\0\0\0){2}|^(?:\0\0\0[^\0]){2}/, name: "text in UTF-32", remedy: RECODE },
  {
    begins: /^(?:[^\0]\0){2}|^(?:\0[^\0]){2}/,
    name: "text in UTF-16 without a byte order mark",
    remedy: RECODE,
  },
];

/** Its signature lies where the name of the first file in it ends. */
const TAR: ForeignFormat = { name: "a tar archive", remedy: UNPACK };
const TAR_SIGNATURE = "ustar";
const TAR_SIGNATURE_AT = 257;

const NOTHING_BUT_NUL: ForeignFormat = {
  name: "a run of NUL bytes",
  remedy: "Its content may never have reached the disk: copy the file here again.",
};

/**
 * What a file that cannot be read as CSV seems to be, by how it begins; undefined where that tells nothing. A guess for
 * messages: nothing is refused because of it.
 */
export function foreignFormatOf(beginning: Buffer): ForeignFormat | undefined {
  const text = beginning.toString("latin1", 0, LOOKED_AT);
  if (/^\0{8}/.test(text)) return NOTHING_BUT_NUL;
  if (text.startsWith(TAR_SIGNATURE, TAR_SIGNATURE_AT)) return TAR;
  const words = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  return (
    SIGNATURES.find(({ bytes }) => text.startsWith(bytes)) ??
    WIDE_TEXTS.find(({ begins }) => begins.test(text)) ??
    TEXTS.find(({ begins }) => begins.test(words))
  );
}
