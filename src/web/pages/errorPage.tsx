import { STATUS_CODES } from "node:http";
import type { Page } from "./document.tsx";
import { Lead } from "./card.tsx";

/** By code, else by status. */
const TITLES: Readonly<Record<string, string>> = {
  database_busy: "The database is busy",
  401: "Who are you?",
  404: "There is nothing here",
  503: "The database is away",
};
/** An error that passes is asked for again. */
const AGAIN_MS = 5_000;

/** What a browser is told where it gets no page. */
export function errorPage({
  status,
  code,
  message,
}: {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}): Page {
  const passes = status === 503;
  const title = TITLES[code] ?? TITLES[status] ?? STATUS_CODES[status] ?? "This went wrong";
  const body = (
    <>
      <Lead title={title} />
      <section class="card">
        <p>{message}</p>
        <p class="small soft">
          {status} <code>{code}</code>
        </p>
      </section>
    </>
  );
  return { title, of: undefined, body, ...(passes && { againMs: AGAIN_MS }) };
}
