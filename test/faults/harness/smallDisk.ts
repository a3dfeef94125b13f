import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { chmod, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../processes/eventually.ts";

/** A file system of its own, in memory, that can be filled and emptied. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all room but so many bytes. */
  readonly fill: (leave: number) => Promise<void>;
  /** Gives back what `fill` took. */
  readonly makeRoom: () => Promise<void>;
}

const mount = (path: string, megabytes: number): void => {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", path], {
    stdio: ["ignore", "ignore", "pipe"],
  });
};
/** False as long as something uses it. */
const unmounted = (path: string): boolean => {
  try {
    execFileSync("umount", [path], { stdio: ["ignore", "ignore", "pipe"] });
    return true;
  } catch (error) {
    if (String((error as { stderr?: unknown }).stderr).includes("busy")) return false;
    throw error;
  }
};

/** Why there can be no such disk here; undefined where there can. */
export const NO_SMALL_DISK = whyNotMounted();

function whyNotMounted(): string | undefined {
  if (process.platform !== "linux") return `this is ${process.platform}, not Linux`;
  const path = mkdtempSync(join(tmpdir(), "tillhouse-disk-"));
  try {
    mount(path, 1);
    unmounted(path);
    return undefined;
  } catch {
    return "this user may not mount";
  } finally {
    rmdirSync(path);
  }
}

/** Gives `work` a disk; nothing may use it any more when that ends. */
export async function withSmallDisk(
  megabytes: number,
  work: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), "tillhouse-disk-"));
  // As root, the server runs as another user, who has to get through.
  await chmod(path, 0o755);
  mount(path, megabytes);
  const filler = join(path, "filler");
  try {
    await work({
      path,
      fill: async (leave) => {
        const { bavail, bsize } = await statfs(path);
        await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
      },
      makeRoom: () => rm(filler),
    });
  } finally {
    // The last process of a server that has been stopped may be about to end.
    await eventually("nothing uses the disk", () => unmounted(path));
    await rm(path, { recursive: true });
  }
}
