import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { timeText } from "../../lib/timeText.ts";

/** The pages, as they are named at the top of each. */
export const PAGES = [
  { path: "/", name: "Overview" },
  { path: "/answers", name: "Answers" },
  { path: "/runs", name: "Runs" },
  { path: "/quarantine", name: "Quarantine" },
  { path: "/checks", name: "Checks" },
  { path: "/schedule", name: "Schedule" },
  { path: "/model", name: "Model" },
] as const;
export type PageName = (typeof PAGES)[number]["name"];

/** What a page says, and what is around it. */
export interface Page {
  readonly title: string;
  /** Undefined of a page that says what went wrong. */
  readonly of: PageName | undefined;
  readonly body: ComponentChildren;
  /** When what it shows was read; undefined where it shows nothing that was. */
  readonly at?: Date;
  /** How far behind the replica is that it was read from, in words; undefined where it was read from the database itself. */
  readonly behind?: string | undefined;
  /** It is shown anew after so long: something on it is at work. */
  readonly againMs?: number | undefined;
}

export interface Assets {
  readonly css: string;
  readonly script: string;
  readonly icon: string;
}

/** A whole page, as HTML. */
export function asHtml(page: Page, assets: Assets): string {
  return `<!DOCTYPE html>\n${renderToString(<Document page={page} assets={assets} />)}\n`;
}

function Document({ page, assets }: { readonly page: Page; readonly assets: Assets }): VNode {
  const { title, of, body, at, behind, againMs } = page;
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{title === "Tillhouse" ? title : `${title} · Tillhouse`}</title>
        <link rel="icon" href={assets.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.css} />
        {againMs !== undefined && (
          <>
            <script src={assets.script} type="module" />
            <noscript>
              <meta http-equiv="refresh" content={String(againMs / 1000)} />
            </noscript>
          </>
        )}
      </head>
      <body>
        <a class="skip" href="#content">
          To the content
        </a>
        <header class="top">
          <div class="top-inner">
            <a class="brand" href="/">
              <Mark />
              Tillhouse
            </a>
            <nav aria-label="Pages">
              <ul>
                {PAGES.map(({ path, name }) => (
                  <li key={path}>
                    <a href={path} {...(name === of && { "aria-current": "page" as const })}>
                      {name}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          </div>
        </header>
        <main id="content" tabIndex={-1} {...(againMs !== undefined && { "data-again-ms": againMs })}>
          {body}
        </main>
        {at !== undefined && (
          <footer class="foot">
            Read <time dateTime={at.toISOString()}>{timeText(at)}</time> UTC
            {behind !== undefined && ` from a replica, ${behind}`}. All times are UTC.
          </footer>
        )}
      </body>
    </html>
  );
}

function Mark(): VNode {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path
        fill="currentColor"
        d="M12 1.8 1.5 10.2l1.6 2L4 11.5V21a1.2 1.2 0 0 0 1.2 1.2h13.6A1.2 1.2 0 0 0 20 21v-9.5l.9.7 1.6-2zM7.5 12h9v2.2h-9zm0 4h5.5v2.2H7.5z"
      />
    </svg>
  );
}
