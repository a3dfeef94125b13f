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
async function auditOf(answer: string): Promise<{ code: number; said: string }> {
  await writeFile(join(folder, "answer.json"), answer);
  await writeFile(join(folder, "npm"), `#!/bin/sh\ncat '${join(folder, "answer.json")}'\nexit 1\n`);
  await chmod(join(folder, "npm"), 0o755);
  const PATH = [folder, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, ".config", "audit.mjs")], { env: { PATH } }, (error, said) => {
      resolve({ code: Number(error?.code ?? 0), said });
    });
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

  test.each(["", '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}'])(
    "says that it could not ask: %s",
    async (answer) => {
      const { code, said } = await auditOf(answer);
      expect(code).toBe(0);
      expect(said).toMatch(
        /^skipped: the registry answers no audit \((no answer|405 Method Not Allowed)\)\n$/,
      );
    },
  );
});
