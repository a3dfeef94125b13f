import type { z } from "zod";
import { SETTINGS } from "../../src/config/settings.ts";
import { code, marked, table } from "./markdown.ts";

/** What its reference shows of a setting. */
interface ShownSetting {
  readonly description: string;
  readonly example: string;
  readonly default?: string;
  readonly unset?: string;
  readonly schema: Pick<z.ZodType, "description">;
}

/** Every environment variable there is. */
export function settingsTable(): string {
  const rows = Object.entries<ShownSetting>(SETTINGS).map(([name, setting]) => [
    code(name),
    defaultOf(setting),
    formOf(name, setting),
    marked(meaningOf(name, setting)),
  ]);
  return table(["variable", "default", "form", "meaning"], rows);
}

function defaultOf({ unset, default: text }: ShownSetting): string {
  if (unset !== undefined) return marked(unset);
  return text === undefined ? "" : code(text);
}

function formOf(name: string, { schema: { description } }: ShownSetting): string {
  if (description === undefined)
    throw new Error(`${name} has a form that does not say what texts there are.`);
  return description;
}

/** The example is that of messages; where there is a default, that is one. */
function meaningOf(name: string, { description, example, default: text }: ShownSetting): string {
  return text === undefined ? `${description} Example: ${code(`${name}=${example}`)}` : description;
}
