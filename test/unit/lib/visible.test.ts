import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { hasControls, visible, visibleJson } from "../../../src/lib/visible.ts";

describe("a text that is shown", () => {
  test.each([
    ["two\nlines", "two\\nlines"],
    ["a\ttab\r", "a\\ttab\\r"],
    ["\u001b[2Jcleared", "\\u001b[2Jcleared"],
    ["\u009b2J", "\\u009b2J"],
    ["turned\u202evsc", "turned\\u202evsc"],
    ["marked\u061c\u200e\u200f", "marked\\u061c\\u200e\\u200f"],
    ["Café “Ümlaut” 茶 🍵 مقهى", "Café “Ümlaut” 茶 🍵 مقهى"],
  ])("%j", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("has nothing in it that a terminal obeys, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(hasControls(visible(text))).toBe(false);
        if (!hasControls(text)) expect(visible(text)).toBe(text);
      }),
    );
  });
});

test("marks that turn the direction of a text are shown in JSON as well", () => {
  expect(visibleJson(JSON.stringify("\u061c\u200e\u200f"))).toBe('"\\u061c\\u200e\\u200f"');
});

test("JSON with its controls escaped has the same values, and shows nothing that a terminal obeys but its line ends", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: "binary" })), (value) => {
      const json = visibleJson(JSON.stringify(value, null, 2));
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(hasControls(json.replaceAll("\n", ""))).toBe(false);
    }),
  );
});
