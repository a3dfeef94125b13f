import { STATUS_CODES } from "node:http";
import type { Page } from "./document.tsx";
import { Lead } from "./card.tsx";

const TITLES: Readonly<Record<number, string>> = {
  401: "Who are you?",
  404: "There is nothing here",
  503: "The database is away",
};

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
  const title = TITLES[status] ?? STATUS_CODES[status] ?? "This went wrong";
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
  return { title, of: undefined, body };
}
