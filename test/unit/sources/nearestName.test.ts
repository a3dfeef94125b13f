import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { editDistance, nearestName } from "../../../src/sources/nearestName.ts";

describe("the distance of two texts", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["device_id", "devise_id", 1],
    ["amount", "amout", 1],
    ["kitten", "sitting", 3],
    ["id", "di", 2],
  ])("of %j and %j is %i", (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  test("is one way as the other, and 0 for equal ones only", () => {
    const names = fc.string({ unit: fc.constantFrom("a", "b", "_"), maxLength: 6 });
    fc.assert(
      fc.property(names, names, (left, right) => {
        const distance = editDistance(left, right);
        expect(editDistance(right, left)).toBe(distance);
        expect(distance === 0).toBe(left === right);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      }),
    );
  });
});

describe("the nearest name", () => {
  test("is the one with the least changes, the first of equals", () => {
    expect(nearestName("device_id", ["note", "device", "devise_id", "devize_id"])).toBe(2);
  });

  test("is none where half of the letters would have to change", () => {
    expect(nearestName("type", ["kind", "colour"])).toBeUndefined();
    expect(nearestName("type", [])).toBeUndefined();
  });

  test("is found at once among very many very long ones", () => {
    expect(nearestName("amount", new Array<string>(1_000_000).fill("x".repeat(10_000)))).toBeUndefined();
  });
});
