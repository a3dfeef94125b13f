/**
 * Puts dbt and dlt into a Python environment of their own (`npm run bench:peers`). Nothing else on the machine changes;
 * removing the folder undoes it.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { installedMark, peerProgram, peersFolder, REQUIREMENTS, whyNoPeers } from "./peersFolder.ts";

const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

/** Runs a program whose output the user sees; whether it ended well. */
function run(file: string, args: readonly string[]): boolean {
  return spawnSync(file, args, { stdio: ["ignore", 2, 2] }).status === 0;
}

/** @returns the exit code */
function setUp(): number {
  const folder = peersFolder();
  if (whyNoPeers() === undefined) {
    say(`dbt and dlt are in ${folder} already.`);
    return 0;
  }
  const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (python === undefined) {
    say(
      "Python is needed for dbt and dlt, and neither python3 nor python is there. Install Python 3.10 or newer.",
    );
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  rmSync(installedMark(), { force: true });
  const made =
    run(python, ["-m", "venv", "--clear", folder]) &&
    run(peerProgram("python"), ["-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS]);
  if (!made) {
    say(
      `dbt and dlt could not be installed in ${folder}; what is above says why. Without them the bench leaves them out.`,
    );
    return 1;
  }
  copyFileSync(REQUIREMENTS, installedMark());
  say(`dbt and dlt are in ${folder}: npm run bench takes them in.`);
  return 0;
}

process.exitCode = setUp();
