import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  readWholeXml,
  type XmlAttributes,
  type XmlSink,
} from "../../../../../src/sources/carriers/workbook/readXml.ts";
import { Unusable } from "../../../../../src/sources/carriers/carrier.ts";
import { CASES } from "../../cases.ts";
import { cutLists, inReads } from "../../writtenFiles.ts";

/** What is found, one line each. */
class FindingSink implements XmlSink {
  readonly lines: string[] = [];

  open(name: string, depth: number, attributes: XmlAttributes): void {
    this.lines.push(
      `${depth} <${[name, ...Object.entries(attributes).map((pair) => pair.join("="))].join(" ")}>`,
    );
  }

  text(text: string): void {
    this.lines.push(text);
  }

  close(name: string, depth: number): void {
    this.lines.push(`${depth} </${name}>`);
  }
}

async function found(blocks: readonly Buffer[]): Promise<string[]> {
  async function* part(): AsyncGenerator<Buffer> {
    yield* blocks;
  }
  const sink = new FindingSink();
  await readWholeXml({ what: "the part", root: "sst", blocks: part() }, sink);
  return sink.lines;
}

const foundIn = (xml: string): Promise<string[]> => found([Buffer.from(xml)]);

describe("XML", () => {
  test("is told in its order, names without the root's prefix", async () => {
    const xml = `<?xml version="1.0"?><!-- x --><s:sst xmlns:s="y"><s:si a='1 &lt; &quot;2"' s:b=""/><si/>é<![CDATA[<&>]]>&#x1F600;</s:sst>\n`;
    expect(await foundIn(xml)).toEqual([
      "1 <sst xmlns:s=y>",
      '2 <si a=1 < "2" s:b=>',
      "2 </si>",
      // Of no namespace, so another element: it has a name all the same, and depth tells.
      "2 <si>",
      "2 </si>",
      "é",
      "<&>",
      "😀",
      "1 </sst>",
    ]);
  });

  test("is the same wherever blocks are cut", async () => {
    const xml = Buffer.from(
      `\ufeff<?xml version="1.0" encoding="UTF-8"?><sst count='2'><si><t xml:space="preserve"> é字😀 &amp; b</t></si><si><t><![CDATA[x]]></t></si></sst>`,
    );
    const whole = await found([xml]);
    await fc.assert(
      fc.asyncProperty(cutLists, async (cuts) => {
        expect(await found(inReads(xml, cuts))).toEqual(whole);
      }),
      { numRuns: CASES },
    );
  });

  test.each([
    ["nothing", ""],
    ["a text", "text"],
    ["an element that is not closed", "<sst><si></sst>"],
    ["two roots", "<sst/><sst/>"],
    ["the half of a tag", "<sst><si"],
    ["an attribute without quotes", "<sst a=1></sst>"],
    ["an attribute twice", '<sst a="1" a="2"/>'],
    ["a reference to nothing", "<sst>&nothing;</sst>"],
    ["a character that is none", "<sst>&#xD800;</sst>"],
    ["the character NUL", "<sst>\0</sst>"],
  ])("that is not well formed is refused, and nothing of it said: %s", async (_name, xml) => {
    await expect(foundIn(xml)).rejects.toThrow(new Unusable("refused", "the part is no well-formed XML"));
  });

  test.each([
    ["of another kind", "<worksheet/>", "is no <sst> of a workbook"],
    [
      "with a document type definition",
      '<!DOCTYPE sst [<!ENTITY a "b">]><sst>&a;</sst>',
      "has a document type definition",
    ],
    [
      "that is deep",
      `<sst>${"<t>".repeat(300)}${"</t>".repeat(300)}</sst>`,
      "has elements more than 256 deep",
    ],
  ])("%s is refused", async (_name, xml, why) => {
    await expect(foundIn(xml)).rejects.toThrow(`the part ${why}`);
  });

  test.each([
    ["tag", '<sst a="', ""],
    ["text", "<sst>", "</sst>"],
    ["comment", "<sst><!--", "--></sst>"],
    ["CDATA section", "<sst><![CDATA[", "]]></sst>"],
    ["name", "<sst><", ">"],
  ])("with a %s that does not end is refused before it is all in memory", async (_name, begins, ends) => {
    const blocks = [begins, ...Array<string>(20).fill("x".repeat(1 << 16)), ends].map((block) =>
      Buffer.from(block),
    );
    await expect(found(blocks)).rejects.toThrow("the part has a piece of more than 1048576 bytes in it");
    expect(
      await found([begins, "x".repeat(1 << 16), ends].map((block) => Buffer.from(block))).catch(String),
    ).not.toContain("piece");
  });

  test("that is not UTF-8 is refused", async () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><sst><t>é</t></sst>';
    for (const bytes of [
      Buffer.from(xml, "latin1"),
      Buffer.from(`\ufeff${xml}`, "utf16le"),
      Buffer.from(`\ufeff${xml}`, "utf16le").swap16(),
      Buffer.from("<sst>é</sst>").subarray(0, 6),
    ])
      await expect(found([bytes])).rejects.toThrow(
        new Unusable("refused", "the part is not written in UTF-8"),
      );
  });
});
