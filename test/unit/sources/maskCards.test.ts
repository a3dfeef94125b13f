import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { maskCards, shapeOf } from "../../../src/sources/maskCards.ts";
import { ANY_FORMAT } from "../../fixtures/cardFormats.ts";
import { holdsNumber, TEST_CARDS, writtenCards } from "./testCards.ts";

describe("maskCards", () => {
  test.each(Object.entries(ANY_FORMAT))("leaves no digit of a card: %s", (_, format) => {
    for (const digits of TEST_CARDS) {
      const masked = maskCards(`Gift ${format(digits)} wrapped`);
      expect(masked).not.toMatch(/\p{N}/u);
      expect(masked).toMatch(/^Gift .* wrapped$/s);
    }
  });

  test.each([
    "Dinner menu",
    "Concert 2024-05-15 8pm",
    "2 x 250 g, 12 pieces",
    "Tel. 01 23 45 67 8",
    "10.50 or 12.50, 7 days",
    "Size 12345678901",
    "",
  ])("leaves what is no card as it is: %j", (text) => {
    expect(maskCards(text)).toBe(text);
  });

  test.each([
    "Concert 2024-05-15 20:30",
    "From 05/15/2022 8:10:46 on",
    "2024-05-15 20:30:00.123+02:00",
    "2024-05-15 20:30 +0200",
    "Open 9:00-12:00, 14:00-18:30",
    "Stay 01/05/2024 - 31/05/2024",
  ])("leaves times as they are: %j", (text) => {
    expect(maskCards(text)).toBe(text);
  });

  test.each([
    ["2024-05-15 20:30 4111 1111 1111 1111", "****-**-** **:** **** **** **** ****"],
    ["41:11:11:11:11:11:11:11", "**:**:**:**:**:**:**:**"],
    ["20:14:33:23:36:78:72:73", "**:**:**:**:**:**:**:**"],
    ["4111-11-11 11:11:11 1111", "****-**-** **:**:** ****"],
    ["12:41:11 1111 1111 1111", "**:**:** **** **** ****"],
  ])("does not take %j for times", (text, masked) => {
    expect(maskCards(text)).toBe(masked);
  });

  test("leaves no twelve digits with no letter between them in any text", () => {
    const unit = fc.constantFrom(
      ...["0", "1", "2", "34567", "89", "４", "٤"],
      ...[" ", "-", ".", ":", "|", "\u00a0", "\ufe0f\u20e3", "     ", "x"],
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const masked = maskCards(text);
        expect(masked).toHaveLength(text.length);
        expect(mostDigitsBetweenLetters(masked)).toBeLessThan(12);
        expect(maskCards(masked)).toBe(masked);
      }),
    );
  });

  test("looks at each character of a long text a few times at most, whatever it is made of", () => {
    const units = [
      "1",
      "1.",
      `1${".".repeat(99_999)}`,
      "9:00-12:00 ",
      "4\u0336\ufe0f\u20e3",
      "1 ".repeat(11) + "x",
    ];
    for (const unit of units) {
      const masked = maskCards(unit.repeat(1e6 / unit.length));
      expect(mostDigitsBetweenLetters(masked)).toBeLessThan(12);
    }
  });
});

function mostDigitsBetweenLetters(text: string): number {
  const pieces = text.split(/\p{L}/u);
  return pieces.reduce((most, piece) => Math.max(most, piece.replace(/\P{N}/gu, "").length), 0);
}

/** Without halves of surrogate pairs: as a decoded file is. */
const whole = (text: string): string => Buffer.from(text).toString();

describe("shapeOf", () => {
  test.each([
    ["4111 1111-1111 1111", "#### ####-#### ####"],
    ["737", "###"],
    ["4,50823E+15", "#,#####E+##"],
    ["４１１１", "####"],
    ["Table 4", "Table #"],
    ["05/15/2022 8:10:46", "05/15/2022 8:10:46"],
    ["2022-05-15 08:10", "2022-05-15 08:10"],
    ["15.05.2022", "15.05.2022"],
    ["12/25", "##/##"],
    ["4111-11-1111", "####-##-####"],
    ["4111-11-11 11:11:11.111111", "####-##-## ##:##:##.######"],
    ["41/11/1111 11:11:11", "##/##/#### ##:##:##"],
    ["01/30/1024 8:10:46", "01/30/1024 8:10:46"],
    ["2022-05-15 737", "####-##-## ###"],
    ["a\0b", "a\u2400b"],
  ])("of %j is %j", (text, shape) => {
    expect(shapeOf(text)).toBe(shape);
  });

  test("keeps no card, is short, and is text that jsonb takes", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 300 }),
        writtenCards,
        fc.nat(),
        (text, card, place) => {
          const at = place % (text.length + 1);
          const shape = shapeOf(whole(text.slice(0, at)) + card.written + whole(text.slice(at)));
          expect(holdsNumber(shape, card.digits)).toBe(false);
          expect(shape.length).toBeLessThanOrEqual(201);
          expect(whole(shape)).toBe(shape);
          expect(shape).not.toContain("\0");
        },
      ),
    );
  });
});
