import { describe, expect, test } from "@jest/globals";
import { decimalsOfFormat, readDateStyles } from "../../../../../src/sources/carriers/workbook/dateStyles.ts";

describe("a number format shows", () => {
  test.each([
    "m/d/yyyy h:mm:ss",
    "mm/dd/yyyy",
    "dd\\.mm\\.yyyy\\ hh:mm",
    "[$-409]d\\-mmm\\-yy;@",
    "[$-F400]h:mm:ss\\ AM/PM",
    "[h]:mm",
    "[mm]:ss",
    "[ss]",
    'yyyy"年"m"月"d"日"',
    "YYYY-MM-DD",
  ])("a date or a time: %s", (format) => {
    expect(decimalsOfFormat(format)).toBe(0);
  });

  test.each([
    ["mm:ss.0", 1],
    ["yyyy-mm-dd hh:mm:ss.000", 3],
    ["[ss].00", 2],
    ["h:mm:ss,00", 2],
    ["ss.00000", 3],
  ])("decimals of a second: %s", (format, decimals) => {
    expect(decimalsOfFormat(format)).toBe(decimals);
  });

  test.each([
    "General",
    "0",
    "0.00",
    "#,##0.00",
    "0.00E+00",
    "@",
    "# ?/?",
    '0.00 "days"',
    "[Red]0;[Blue]-0",
    "[$USD] #,##0.00",
    "[$-409]0",
    "0\\d",
    "0_d",
    "*s0",
    '"unclosed days',
    "[unclosed d",
    "",
  ])("neither: %s", (format) => {
    expect(decimalsOfFormat(format)).toBe(-1);
  });
});

test("cell styles are those of cellXfs, their formats built in or declared", async () => {
  const ids = [0, 13, 14, 22, 23, 27, 36, 37, 45, 47, 48, 50, 58, 59, 164, 165, 999];
  const xml =
    `<s:styleSheet xmlns:s="x"><s:numFmts><s:numFmt numFmtId="164" formatCode="d &quot;of&quot; m"/>` +
    `<s:numFmt numFmtId="165" formatCode="0 &quot;d&quot;"/></s:numFmts>` +
    `<s:cellStyleXfs><s:xf numFmtId="14"/></s:cellStyleXfs>` +
    `<s:cellXfs>${ids.map((id) => `<s:xf numFmtId="${id}"><s:xf numFmtId="14"/></s:xf>`).join("")}<s:xf/></s:cellXfs></s:styleSheet>`;
  async function* part(): AsyncGenerator<Buffer> {
    yield Buffer.from(xml);
  }
  const styles = await readDateStyles(part(), "its styles");
  expect(styles).toEqual([-1, -1, 0, 0, -1, 0, 0, -1, 0, 1, -1, 0, 0, -1, 0, -1, -1, -1]);
});
