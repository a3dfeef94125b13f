import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { TillhouseError } from "../lib/errors.ts";

/** 32 bytes in hexadecimal. Anything else is not a secret of ours, and a part of one would be a weak one. */
const SECRET = /^[0-9a-f]{64}\s*$/;

/**
 * The secret in a file.
 *
 * @returns 32 bytes, or undefined when there is no file
 * @throws TillhouseError `config_invalid` when the file holds anything but 32 bytes in hexadecimal
 */
export async function readSecret(path: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (SECRET.test(text)) return Buffer.from(text.trim(), "hex");
  throw new TillhouseError(
    "config_invalid",
    `${path} does not hold a secret of 64 hexadecimal digits. Put back the file that was there.`,
    { path },
  );
}

/**
 * Makes a secret and keeps it in a file of mode 0600. Of several processes that make it at once, one wins and all get
 * its secret; a secret that is there is never replaced.
 *
 * @returns 32 random bytes
 */
export async function makeSecret(path: string): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeDurably(draft, `${randomBytes(32).toString("hex")}\n`);
  try {
    // A hard link appears whole or not at all, and never replaces a winner's.
    await link(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  const secret = await readSecret(path);
  if (secret === undefined) throw new Error(`${path} vanished as it was made`);
  return secret;
}

/** Gives the secret in a file a second name; one that is there by that name is left alone. */
export async function keepSecretAs(path: string, kept: string): Promise<void> {
  try {
    await link(path, kept);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  await syncFolder(dirname(path));
}

/** Puts the file `next` in the place of the one at a path, at once: whoever looks finds the one or the other, whole. */
export async function replaceSecret(path: string, next: string): Promise<void> {
  await rename(next, path);
  await syncFolder(dirname(path));
}

/** The name in the folder must last as well; some systems cannot sync folders, and need not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A secret that a power cut takes back would leave tokens that no key fits. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
