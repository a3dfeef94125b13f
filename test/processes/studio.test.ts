import { readFileSync } from "node:fs";
import { expect, jest, test } from "@jest/globals";
import { start } from "./programs.ts";
import { addressOf, cookieOf } from "./studioEntry.ts";
import { migratedWorkplace } from "./workplace.ts";

jest.setTimeout(120_000);

const QUERY = JSON.stringify({ procedure: "query", query: { sql: "select 42 as answer", parameters: [] } });

/** Sends a query as Studio's own page does. */
function ask(origin: string, cookie?: string): Promise<Response> {
  const headers = { "content-type": "application/json", origin, ...(cookie !== undefined && { cookie }) };
  return fetch(`${origin}/bff`, { method: "POST", headers, body: QUERY });
}

const status = async (answer: Promise<Response>): Promise<number> => (await answer).status;

test("Studio answers the browser that was opened at the printed address, and nobody else on the machine", async () => {
  const studio = start("cli", ["studio"], (await migratedWorkplace()).environment);
  const address = new URL(await addressOf(studio));
  const { origin } = address;
  const token = address.searchParams.get("token") ?? "";
  expect(token).toMatch(/^[\w-]{43}$/);

  const entered = await fetch(address, { redirect: "manual" });

  expect(entered.status).toBe(303);
  expect(entered.headers.get("location")).toBe("/");
  const [name] = (await cookieOf(address.href)).split("=");
  expect(entered.headers.getSetCookie()).toEqual([`${name}=${token}; Path=/; HttpOnly; SameSite=Strict`]);
  const cookie = `${name}=${token}`;
  expect(await status(fetch(`${origin}/`, { headers: { cookie } }))).toBe(200);
  const answer = await ask(origin, `theme=dark; ${cookie}`);
  expect(await answer.text()).toContain("42");

  const wrong = `${token.slice(1)}${token.startsWith("A") ? "B" : "A"}`;
  expect({
    page: await status(fetch(`${origin}/`)),
    query: await status(ask(origin)),
    "with another cookie": await status(ask(origin, `${name}=${wrong}`)),
    "with a part of it": await status(ask(origin, `${name}=${token.slice(0, 20)}`)),
    "with the token in the address of a query": await status(
      fetch(`${origin}/bff?token=${token}`, { method: "POST", headers: { origin }, body: QUERY }),
    ),
    "at another token's address": await status(fetch(`${origin}/?token=${wrong}`, { redirect: "manual" })),
    "from a page elsewhere, with the cookie": await status(
      fetch(`${origin}/bff`, {
        method: "POST",
        headers: { origin: "http://127.0.0.1:1", cookie },
        body: QUERY,
      }),
    ),
  }).toEqual({
    page: 403,
    query: 403,
    "with another cookie": 403,
    "with a part of it": 403,
    "with the token in the address of a query": 403,
    "at another token's address": 403,
    "from a page elsewhere, with the cookie": 403,
  });

  if (process.platform === "linux") {
    const prismas = `http://localhost:${prismaPort(studio.child.pid)}`;
    expect(prismas).not.toContain(`:${address.port}`);
    expect(await status(ask(prismas, cookie))).toBe(403);
    expect(await status(fetch(`${prismas}/`, { headers: { "x-tillhouse-studio": token } }))).toBe(403);
    // What any user of the machine may read of the processes.
    expect(commandLines(studio.child.pid).filter((line) => line.includes(token))).toEqual([]);
  }
  studio.child.kill("SIGINT");
  await expect(studio.ended).resolves.toMatchObject({ exitCode: 0 });
});

/** Command lines of a process and its children. Linux tells. */
function commandLines(pid: number | undefined): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return [String(pid), ...children].map((id) =>
    readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " "),
  );
}

/** Where Prisma's own server listens, behind the proxy. */
function prismaPort(pid: number | undefined): string | undefined {
  return commandLines(pid)
    .map((line) => / studio --port (\d+)/.exec(line)?.[1])
    .find((port) => port !== undefined);
}
