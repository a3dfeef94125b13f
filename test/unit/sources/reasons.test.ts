import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { projectRoot } from "../../../src/database/projectRoot.ts";

test("README shows the reasons that the code has, each with its example", () => {
  const program = join(projectRoot, ".config", "reasonsDoc.mjs");
  const { status, stderr } = spawnSync(process.execPath, [program, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
