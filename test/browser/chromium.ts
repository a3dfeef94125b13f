import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium, type Browser } from "playwright-core";

/** A browser, or why there is none on this machine. */
export type MaybeBrowser = { readonly browser: Browser } | { readonly missing: string };

const UNPACK =
  'import Chromium from "@sparticuz/chromium"; process.stdout.write(await Chromium.executablePath());';

/**
 * Starts the Chromium that npm installed, which is built for Linux on x64.
 *
 * @param folder to unpack it to: a fixed place could be another user's, or half written by another run
 * @throws where it cannot start although it has to: with CI set
 */
export async function startChromium(folder: string): Promise<MaybeBrowser> {
  if (process.platform !== "linux" || process.arch !== "x64")
    return { missing: `Chromium from npm runs on linux x64, this is ${process.platform} ${process.arch}` };
  try {
    await mkdir(folder, { recursive: true });
    // A process of its own, as the package looks at TMPDIR of the process.
    const env = { ...process.env, TMPDIR: folder };
    const { stdout: executablePath } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", UNPACK],
      { env, cwd: import.meta.dirname },
    );
    const browser = await chromium.launch({
      executablePath,
      // As root there is no sandbox, nor where the system denies one to ordinary users. It sees our own page only.
      args: ["--no-sandbox"],
      env: { ...env, HOME: join(folder, "home") },
      timeout: 60_000,
    });
    return { browser };
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    return { missing: `Chromium does not start on this machine: ${String(error)}` };
  }
}
