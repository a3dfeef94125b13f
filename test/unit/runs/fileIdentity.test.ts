import { describe, expect, test } from "@jest/globals";
import { identityToNote, sameIdentity, type FileIdentity } from "../../../src/runs/fileIdentity.ts";

const SECOND_NS = 1_000_000_000n;
const OPENED = new Date("2026-11-24T12:00:00Z");
const OPENED_NS = BigInt(OPENED.getTime()) * 1_000_000n;

const file = (changes: Partial<FileIdentity> = {}): FileIdentity => ({
  sizeBytes: 120n,
  mtimeNs: OPENED_NS - 60n * SECOND_NS,
  ctimeNs: OPENED_NS - 60n * SECOND_NS,
  inode: 7n,
  ...changes,
});

describe("a file is the same", () => {
  test("when size, inode and both times are", () => {
    expect(sameIdentity(file(), file())).toBe(true);
  });

  test.each(["sizeBytes", "mtimeNs", "ctimeNs", "inode"] as const)("but not with another %s", (name) => {
    expect(sameIdentity(file(), file({ [name]: file()[name] + 1n }))).toBe(false);
  });

  test("but never where the file system tells no inode", () => {
    expect(sameIdentity(file({ inode: 0n }), file({ inode: 0n }))).toBe(false);
  });
});

describe("a file that was read", () => {
  const trusted = (before: FileIdentity, after: FileIdentity = before): boolean =>
    sameIdentity(identityToNote(before, after, OPENED), before);
  const ago = (ns: bigint): bigint => OPENED_NS - ns;

  test("is known again when both its times were older than two seconds", () => {
    expect(trusted(file())).toBe(true);
    expect(trusted(file({ mtimeNs: ago(2n * SECOND_NS + 1n), ctimeNs: ago(2n * SECOND_NS + 1n) }))).toBe(
      true,
    );
  });

  test.each(["mtimeNs", "ctimeNs"] as const)(
    "is not when its %s was two seconds old, or in the future",
    (name) => {
      for (const time of [ago(2n * SECOND_NS), ago(0n), ago(-3600n * SECOND_NS)]) {
        expect(trusted(file({ [name]: time }))).toBe(false);
      }
    },
  );

  test.each(["sizeBytes", "mtimeNs", "ctimeNs", "inode"] as const)(
    "is not when its %s moved meanwhile",
    (name) => {
      expect(trusted(file(), file({ [name]: file()[name] - 1n }))).toBe(false);
    },
  );
});
