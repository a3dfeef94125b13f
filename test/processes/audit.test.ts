import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { root } from "./programs.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tillhouse-audit-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the check with an npm that answers so. */
async function auditOf(
  answer: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ code: number; said: string }> {
  await writeFile(join(folder, "answer.json"), answer);
  await writeFile(join(folder, "npm"), `#!/bin/sh\ncat '${join(folder, "answer.json")}'\nexit 1\n`);
  await chmod(join(folder, "npm"), 0o755);
  const PATH = [folder, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, ".config", "audit.mjs")],
      { env: { PATH, ...settings } },
      (error, said) => {
        resolve({ code: Number(error?.code ?? 0), said });
      },
    );
  });
}

const advisory = (severity: string) => ({
  name: "left-pad",
  title: "Pads to the right",
  severity,
  url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
});
const report = (severity: string): string =>
  JSON.stringify({
    vulnerabilities: { "left-pad": { via: [advisory(severity)] }, user: { via: ["left-pad"] } },
  });

describe("the check of packages", () => {
  test.each(["high", "critical"])("fails for a hole that is %s, and names it once", async (severity) => {
    expect(await auditOf(report(severity))).toEqual({
      code: 1,
      said:
        "left-pad: Pads to the right (GHSA-aaaa-bbbb-cccc, https://github.com/advisories/GHSA-aaaa-bbbb-cccc)\n" +
        "1 advisories at high and above, 1 without an explanation\n",
    });
  });

  test.each(["low", "moderate"])("passes one that is %s", async (severity) => {
    expect(await auditOf(report(severity))).toEqual({
      code: 0,
      said: "0 advisories at high and above, 0 without an explanation\n",
    });
  });

  const NO_ANSWERS = ["", '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}'];
  const WHY = /the registry answers no audit \((no answer|405 Method Not Allowed)\)/;

  test.each(NO_ANSWERS)("says that it could not ask, and how to have that fail: %s", async (answer) => {
    const { code, said } = await auditOf(answer);
    expect(code).toBe(0);
    expect(said).toMatch(WHY);
    expect(said).toMatch(/^skipped: .*Set AUDIT=required to have that fail\n$/);
  });

  test.each(NO_ANSWERS)("fails when it could not ask and is required: %s", async (answer) => {
    const { code, said } = await auditOf(answer, { AUDIT: "required" });
    expect(code).toBe(1);
    expect(said).toMatch(WHY);
    expect(said).toMatch(/^failed: /);
  });

  test("that is required passes where the registry answers, and a slip in the word does not pass for it", async () => {
    expect((await auditOf(report("low"), { AUDIT: "required" })).code).toBe(0);
    expect(await auditOf("", { AUDIT: "require" })).toMatchObject({
      code: 2,
      said: expect.stringContaining("require"),
    });
  });
});
