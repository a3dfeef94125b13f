import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { makeSecret, readSecret } from "../../../src/database/generatedSecret.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secret-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a generated secret", () => {
  test("is 32 bytes in a file that only its owner may read", async () => {
    const path = join(folder, "secrets", "key");
    const secret = await makeSecret(path);
    expect(secret).toHaveLength(32);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readSecret(path)).toEqual(secret);
  });

  test("is the same for all that make it at once, and never replaced", async () => {
    const path = join(folder, "key");
    const secrets = await Promise.all(Array.from({ length: 8 }, () => makeSecret(path)));
    for (const secret of secrets) expect(secret).toEqual(secrets[0]);
    expect(await makeSecret(path)).toEqual(secrets[0]);
  });

  test("that is not there is undefined, and reading makes none", async () => {
    const path = join(folder, "key");
    expect(await readSecret(path)).toBeUndefined();
    await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  // An empty or short key would make tokens that anyone can reverse by trying all card numbers.
  test.each([
    ["empty", ""],
    ["a passphrase", "mysecretpassphrase"],
    ["cut", "a5".repeat(31)],
    ["a digit too long", `${"a5".repeat(32)}0`],
    ["binary", "\u0000\u0001"],
  ])("that is %s is refused, with the file's name", async (_name, text) => {
    const path = join(folder, "key");
    await writeFile(path, text);
    await expect(readSecret(path)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(path),
    });
    await expect(makeSecret(path)).rejects.toMatchObject({ code: "config_invalid" });
  });
});
