import { expect, test } from "@jest/globals";
import { formulaSafe } from "../../../src/aggregation/formulaSafe.ts";

test.each([
  "=1+1",
  "+1",
  "-1+1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "\tTulips",
  "\rTulips",
  "\nTulips",
  "＝1+1",
  "＋1",
  "－1",
  "＠SUM(A1)",
  "﹦1",
  " =1",
  "\ufeff=1",
  "\u200b+1",
  "\u00a0\u2009@SUM(A1)",
  " -1+1",
  "-",
])("%j would be a formula, and gets an apostrophe", (text) => {
  expect(formulaSafe(text)).toBe(`'${text}`);
});

test.each(["-1", "-1.50", "12.00", "Tulips", "１２", "Café", "'=1", "", " -1.50", " Tulips", 7, null])(
  "%j stays",
  (value) => {
    expect(formulaSafe(value)).toBe(value);
  },
);
