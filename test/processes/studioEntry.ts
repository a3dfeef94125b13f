import type { Program } from "./programs.ts";

/** The address, token and all, that a Studio prints once it is there to be used. */
export function addressOf({ child, ended }: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    void ended.then(({ stderr }) => {
      reject(new Error(`Studio ended: ${stderr}`));
    });
    child.stdout.on("data", (text: string) => {
      const address = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(text)?.[0];
      if (address !== undefined) resolve(address);
    });
  });
}

/** What a browser sends along after it has been at an address. */
export async function cookieOf(address: string): Promise<string> {
  const entered = await fetch(address, { redirect: "manual" });
  return entered.headers.getSetCookie()[0]?.split(";")[0] ?? "none";
}
