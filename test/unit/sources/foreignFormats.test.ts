import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { CONTRACTS, SOURCES } from "../../../src/sources/contracts.ts";
import { DELIMITERS } from "../../../src/sources/dialect.ts";
import { foreignFormatOf } from "../../../src/sources/foreignFormats.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const utf32 = (text: string): Buffer => Buffer.from(text.replaceAll(/./gs, "$&\0\0\0"), "latin1");
const swapped = (buffer: Buffer): Buffer => Buffer.from(buffer).swap32();
const HEADER = "id,type,store_id\n";

describe("what a file seems to be is told by how it begins", () => {
  test.each([
    ["a PNG image", bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")],
    ["a JPEG image", bytes("\xff\xd8\xff\xe0\0\x10JFIF\0")],
    ["a GIF image", bytes("GIF89a\x01\0")],
    ["a PDF document", bytes("%PDF-1.7\n")],
    ["an empty zip archive", bytes("PK\x05\x06")],
    [
      "an Office document of the old form (.xls), or one with a password,",
      bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"),
    ],
    ["a gzip archive", gzipSync(HEADER)],
    ["a bzip2 archive", bytes("BZh91AY&SY")],
    ["an xz archive", bytes("\xfd7zXZ\0\0\x04")],
    ["a Zstandard archive", bytes("\x28\xb5\x2f\xfd\x24")],
    ["a 7z archive", bytes("7z\xbc\xaf\x27\x1c\0")],
    ["a RAR archive", bytes("Rar!\x1a\x07\x01\0")],
    ["a SQLite database", bytes("SQLite format 3\0\x10\0")],
    ["a Parquet file", bytes("PAR1\x15")],
    ["a dump of PostgreSQL", bytes("PGDMP\x01")],
    ["text in UTF-32", Buffer.concat([bytes("\xff\xfe\0\0"), utf32(HEADER)])],
    ["text in UTF-32", Buffer.concat([bytes("\0\0\xfe\xff"), swapped(utf32(HEADER))])],
    ["text in UTF-32", utf32(HEADER)],
    ["text in UTF-32", swapped(utf32(HEADER))],
    ["text in UTF-16 without a byte order mark", Buffer.from(HEADER, "utf16le")],
    ["text in UTF-16 without a byte order mark", Buffer.from(` ${HEADER}\n`, "utf16le").swap16()],
    ["a web page (HTML)", bytes("\xef\xbb\xbf\n <!DOCTYPE html>\n<html>")],
    ["a web page (HTML)", bytes("<HTML><body>502 Bad Gateway")],
    ["an XML document", bytes('<?xml version="1.0"?>')],
    ["an XML document", bytes("<Error><Code>AccessDenied</Code>")],
    ["a JSON document", bytes('{"id":1}\n{"id":2}\n')],
    ["a JSON document", bytes('[\n  {"id": 1}')],
    ["a tar archive", Buffer.concat([bytes("stores.csv".padEnd(257, "\0")), bytes("ustar\x0000")])],
    ["a run of NUL bytes", Buffer.alloc(100)],
  ])("%s", (name, beginning) => {
    expect(foreignFormatOf(beginning)).toMatchObject({ name, remedy: expect.stringMatching(/^[A-Z].+\.$/) });
  });
});

describe("nothing is told of", () => {
  const headers = SOURCES.flatMap((source) =>
    DELIMITERS.map((delimiter) => CONTRACTS[source].columns.map(({ name }) => name).join(delimiter)),
  );
  test.each([
    "",
    "\ufeff",
    "\n\n",
    "\ufeff\nid,type\n",
    '"id","type"\n',
    "[id],[type]\n",
    "<5,>5\n",
    "PK,GIF,PDF\n",
    "7z,id\n",
    ...headers,
  ])("%j", (text) => {
    expect(foreignFormatOf(Buffer.from(text))).toBeUndefined();
    expect(foreignFormatOf(Buffer.from(`\ufeff${text}`, "utf16le"))).toBeUndefined();
  });
});
