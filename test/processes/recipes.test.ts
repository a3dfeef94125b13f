import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { requireBuild } from "../fixtures/requireBuild.ts";
import { withWebhook } from "../fixtures/webhookServer.ts";
import { root, startCommand } from "./programs.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(180_000);

/** A task of the README with what solves it. */
interface Recipe {
  readonly title: string;
  readonly commands: string;
  /** Lines of what it prints, in their order; `…` stands for anything. */
  readonly prints: readonly string[];
}

const RECIPE = /^\*\*(?<title>[^*]+)\*\*.*?^```sh\n(?<commands>.*?)^```\n\n^```text\n(?<prints>.*?)^```$/gms;

async function recipes(): Promise<Recipe[]> {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const section = /^## Recipes\n(.*?)^## /ms.exec(readme)?.[1] ?? "";
  expect(section.match(/^```sh$/gm)).toHaveLength([...section.matchAll(RECIPE)].length);
  return [...section.matchAll(RECIPE)].map(({ groups = {} }) => ({
    title: groups["title"] ?? "",
    commands: groups["commands"] ?? "",
    prints: groups["prints"]?.trim().split("\n") ?? [],
  }));
}

/** A folder in which npm finds the project, with the sample data, an empty database and the files that recipes speak of. */
async function projectFolder(): Promise<Workplace> {
  const place = await migratedWorkplace();
  const project = join(place.folder, "project");
  await mkdir(project);
  for (const name of ["package.json", "dist", "node_modules", "prisma"])
    await symlink(join(root, name), join(project, name));
  await symlink(place.stateDir, join(project, ".tillhouse"));
  await cp(join(root, "data"), join(project, "data"), { recursive: true });
  await cp(join(root, "test", "fixtures", "recipes"), join(project, "exports"), { recursive: true });
  return { ...place, folder: project };
}

/** How wide a table's columns are says nothing of a recipe. */
const squeezed = (text: string): string => text.replaceAll(/[ \t]+/g, " ");

function patternOf(lines: readonly string[]): RegExp {
  const ofLine = (line: string): string =>
    squeezed(line)
      .split("…")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("[^\\n]*");
  return new RegExp(lines.map(ofLine).join("[^]*\\n[^]*"));
}

test("each recipe of the README does what it says", () =>
  withWebhook(async (webhook) => {
    requireBuild();
    const place = await projectFolder();
    const url = new URL(await holdServer(place));
    await query(url.href, "CREATE DATABASE shop");
    url.pathname = "/shop";
    const environment = { SETTLE_MS: "0", PG_URL: url.href, WEBHOOK: webhook.url };
    const all = await recipes();
    expect(all.length).toBeGreaterThan(10);
    for (const { title, commands, prints } of all) {
      const { ended } = startCommand("sh", ["-e", "-c", commands], { environment, cwd: place.folder });
      const { exitCode, stdout, stderr } = await ended;
      expect({ title, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({
        title,
        exitCode: 0,
        stderr: "",
      });
      expect(`${title}\n${squeezed(stdout)}`).toMatch(patternOf(prints));
    }
    expect(webhook.told).toHaveLength(1);
  }));
