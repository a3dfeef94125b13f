import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Assets } from "./pages/document.tsx";
import type { Route } from "./routes/route.ts";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A file that pages ask for. Its name says what is in it, so that a browser never shows a page with an older one. */
function asset(name: string, type: string): Asset {
  const bytes = readFileSync(new URL(`./assets/${name}`, import.meta.url));
  const [stem, ending] = name.split(".");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  return { path: `/assets/${stem}.${hash}.${ending}`, type, bytes };
}

const CSS = asset("tillhouse.css", "text/css; charset=utf-8");
const SCRIPT = asset("tillhouse.js", "text/javascript; charset=utf-8");
const ICON = asset("tillhouse.svg", "image/svg+xml");

export const ASSETS: Assets = { css: CSS.path, script: SCRIPT.path, icon: ICON.path };

/** A year: what a name stands for never changes. */
const FOR_GOOD = "private, max-age=31536000, immutable";

export const ASSET_ROUTES: readonly Route[] = [CSS, SCRIPT, ICON].map(({ path, type, bytes }) => ({
  path,
  answer: (_request, reply) => {
    reply.headers({ "content-type": type, "cache-control": FOR_GOOD });
    return bytes;
  },
}));
