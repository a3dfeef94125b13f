import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { WorkbookRefusal } from "../../../../../src/sources/carriers/workbook/refusal.ts";
import { XmlScanner, type XmlSink } from "../../../../../src/sources/carriers/workbook/xmlScanner.ts";
import type { XmlTag } from "../../../../../src/sources/carriers/workbook/xmlTag.ts";
import { CASES } from "../../cases.ts";
import { cutLists, inReads } from "../../writtenFiles.ts";

const NAMES = ["sst", "si", "t", "r"];
const ATTRIBUTES = ["a", "space", "t"];

/** What is found, one line each; pieces of one text are one. */
class Found {
  readonly lines: string[] = [];
  #text = "";

  open(name: string, depth: number, attributes: readonly (readonly [string, string])[]): void {
    this.#endText();
    this.lines.push(`${depth} <${name} ${attributes.map(([key, value]) => `${key}=${value}`).join(" ")}>`);
  }

  text(text: string): void {
    this.#text += text;
  }

  close(name: string, depth: number): void {
    this.#endText();
    this.lines.push(`${depth} </${name}>`);
  }

  #endText(): void {
    if (this.#text !== "") this.lines.push(JSON.stringify(this.#text));
    this.#text = "";
  }
}

class FindingSink implements XmlSink {
  readonly takesText = true;
  readonly found = new Found();

  open(element: number, depth: number, tag: XmlTag): void {
    const attributes = ATTRIBUTES.flatMap((name) => {
      const value = tag.text(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    this.found.open(NAMES[element] ?? "?", depth, attributes);
  }

  text(text: string): void {
    this.found.text(text);
  }

  close(element: number, depth: number): void {
    this.found.close(NAMES[element] ?? "?", depth);
  }
}

function scanned(blocks: readonly Buffer[], names = NAMES): string[] {
  const sink = new FindingSink();
  const scanner = new XmlScanner({ what: "the part", names }, sink);
  for (const block of blocks) scanner.write(block);
  scanner.end();
  return sink.found.lines;
}

const scannedText = (xml: string): string[] => scanned([Buffer.from(xml)]);

/** The same by saxes; names count without a prefix that is the root's. */
function bySaxes(xml: string): string[] {
  const found = new Found();
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  let prefix = "";
  const known = (name: string): string => {
    const local = name.startsWith(prefix) ? name.slice(prefix.length) : "?";
    return NAMES.includes(local) ? local : "?";
  };
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (depth === 0) prefix = name.slice(0, name.indexOf(":") + 1);
    depth += 1;
    found.open(
      known(name),
      depth,
      ATTRIBUTES.flatMap((key) => (attributes[key] === undefined ? [] : [[key, attributes[key]] as const])),
    );
  });
  const text = (piece: string): void => {
    if (depth > 0) found.text(piece);
  };
  parser.on("text", text);
  parser.on("cdata", text);
  parser.on("closetag", ({ name }) => {
    found.close(known(name), depth);
    depth -= 1;
  });
  parser.write(xml).close();
  return found.lines;
}

const texts = fc
  .array(
    fc.constantFrom("a", " ", "\n", "é", "字", "😀", "&amp;", "&lt;", "&quot;", "&#10;", "&#x1F600;", "]", ">", '"', "'"),
    { maxLength: 5 },
  )
  .map((pieces) => pieces.join("").replaceAll("]]>", ""));
const values = texts.map((text) => text.replace(/["'\n]/g, ""));
const pieces = fc.oneof(
  texts,
  texts.map((text) => `<![CDATA[${text}]]>`),
  texts.map((text) => `<!--${text.replaceAll("-", "")}-->`),
  fc.constant("<?pi <t> ?>"),
);
const quotes = fc.constantFrom('"', "'");
const blanks = fc.constantFrom(" ", "\n", "\t  ");
const attributes = fc
  .uniqueArray(fc.constantFrom("a", "space", "t", "x:t", "xmlns:x"), { maxLength: 4 })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.tuple(blanks, quotes, values).map(([blank, quote, value]) => `${blank}${name} =${blank}${quote}${value}${quote}`))),
  )
  .map((written) => written.join(""));
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(fc.constantFrom("P:si", "P:t", "P:r", "P:rPh", "x:t", "other"), attributes, tie("content"), blanks)
    .map(([name, list, content, blank]) =>
      content === "" ? `<${name}${list}${blank}/>` : `<${name}${list}${blank}>${content}</${name}${blank}>`,
    ),
  content: fc
    .array(fc.oneof({ depthSize: "small" }, pieces, tie("element")), { maxLength: 4 })
    .map((written) => written.join("")),
}));
const documents = fc
  .tuple(fc.constantFrom("", "s:"), fc.array(element, { maxLength: 4 }), fc.boolean(), attributes)
  .map(
    ([prefix, elements, isDeclared, list]) =>
      `${isDeclared ? '<?xml version="1.0" encoding="UTF-8"?>\n<!-- x -->' : ""}` +
      `<P:sst${list}>${elements.join("")}</P:sst>\n`.replaceAll("P:", prefix),
  );

describe("XML", () => {
  test("is read as saxes reads it, wherever blocks are cut", () => {
    fc.assert(
      fc.property(documents, cutLists, (xml, cuts) => {
        expect(scanned(inReads(Buffer.from(xml), cuts))).toEqual(bySaxes(xml));
      }),
      { numRuns: CASES },
    );
  });

  test("with a byte order mark is the same", () => {
    expect(scannedText("\ufeff<sst/>")).toEqual(scannedText("<sst/>"));
  });

  test("may be as deep as it likes", () => {
    const depth = 100_000;
    expect(scannedText(`<sst>${"<t>".repeat(depth)}${"</t>".repeat(depth)}</sst>`)).toHaveLength(2 * depth + 2);
  });

  test.each([
    ["nothing", ""],
    ["a text", "text"],
    ["an end of nothing", "</sst>"],
    ["an element that is not closed", "<sst><si></sst>"],
    ["elements that are closed in turn", "<sst><si><t></si></t></sst>"],
    ["two roots", "<sst/><sst/>"],
    ["text behind the root", "<sst/>text"],
    ["a tag without a name", "<sst>< a></sst>"],
    ["an attribute without a value", "<sst a></sst>"],
    ["an attribute without quotes", "<sst a=1></sst>"],
    ["an attribute without a name", '<sst ="1"></sst>'],
    ["a slash in a tag", "<sst / a></sst>"],
    ["the half of a tag", "<sst><si"],
    ["the half of an end", "<sst></sst"],
    ["half a comment", "<sst/><!-- "],
    ["an end with more in it", "<sst></sst x>"],
    ["a reference to nothing", "<sst>&nothing;</sst>"],
    ["a reference that does not end", "<sst>&amp</sst>"],
    ["a character that is none", "<sst>&#xD800;</sst>"],
    ["the character NUL", "<sst>&#0;</sst>"],
    ["a character beyond all", "<sst>&#x110000;</sst>"],
  ])("that is not well formed is refused: %s", (_name, xml) => {
    expect(() => scannedText(xml)).toThrow(new WorkbookRefusal("the part is no well-formed XML"));
  });

  test.each([
    ["of another kind", "<worksheet/>", "is no <sst> of a workbook"],
    ["with a document type definition", '<!DOCTYPE sst [<!ENTITY a "b">]><sst>&a;</sst>', "has a document type definition"],
    ["with one behind the root", "<sst><!ELEMENT a></sst>", "has a document type definition"],
    ["with a tag of more than a megabyte", `<sst a="${"x".repeat(1 << 20)}`, "has a piece of more than 1048576 bytes"],
    ["with a text of more than a megabyte", `<sst>${"x".repeat(1 << 20)}y`, "has a piece of more than 1048576 bytes"],
  ])("%s is refused", (_name, xml, why) => {
    expect(() => scannedText(xml)).toThrow(`the part ${why}`);
  });

  test("that is not UTF-8 is refused", () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><sst><t>é</t></sst>';
    for (const bytes of [
      Buffer.from(xml, "latin1"),
      Buffer.from(`\ufeff${xml}`, "utf16le"),
      Buffer.from(`\ufeff${xml}`, "utf16le").swap16(),
      Buffer.from(xml, "utf16le"),
      Buffer.from(xml, "utf16le").swap16(),
    ])
      expect(() => scanned([bytes])).toThrow(new WorkbookRefusal("the part is not written in UTF-8"));
  });
});
