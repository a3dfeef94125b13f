import { describe, expect, test } from "@jest/globals";
import { placeText } from "../../../.config/docs/placeText.ts";

const PART = { file: "PAGE.md", part: "codes" };

describe("a document that is a part of a file", () => {
  test("goes between its markers, whatever was there, and nowhere else", () => {
    const page =
      "# Page\n\n<!-- codes -->\nold\n<!-- /codes -->\n\n<!-- other -->\n<!-- /other -->\n\nThe end.\n";
    const placed = placeText(PART, page, "| new |");
    expect(placed).toBe(page.replace("\nold\n", "\n\n| new |\n\n"));
    expect(placeText(PART, placed, "| new |")).toBe(placed);
  });

  test.each(["", "<!-- codes -->\n", "<!-- /codes -->\n<!-- codes -->\n"])(
    "needs its markers: %j",
    (page) => {
      expect(() => placeText(PART, page, "text")).toThrow(
        "PAGE.md has no place for codes: a line <!-- codes -->",
      );
    },
  );
});

test("a document that is a whole file takes the place of all of it", () => {
  expect(placeText({ file: "PAGE.md" }, "old\n", "# New")).toBe("# New\n");
});
