import { readFileSync } from "node:fs";
import { parse as parseEnvFile } from "dotenv";
import { TillhouseError } from "../lib/errors.ts";
import { isLoopback } from "../lib/loopback.ts";
import { SETTINGS, type Config, type SettingName, type SettingValues } from "./settings.ts";

export type { Config };

const SHOWN_CHARACTERS = 80;

/** A value for a message of one line. */
function quoted(text: string): string {
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(short).replace(/[\p{Cc}\u2028\u2029]/gu, "?");
}

type Environment = Readonly<Record<string, string | undefined>>;

function valueOf<Name extends SettingName>(name: Name, environment: Environment): SettingValues[Name] {
  const setting = SETTINGS[name];
  const given = environment[name];
  const text =
    given === undefined || given === "" ? ("default" in setting ? setting.default : undefined) : given;
  if (text === undefined) return undefined as SettingValues[Name];
  const parsed = setting.schema.safeParse(text);
  if (parsed.success) return parsed.data as SettingValues[Name];
  const what = parsed.error.issues[0]?.message ?? "is not valid";
  const shown = "isSecret" in setting ? "" : `, not ${quoted(text)}`;
  throw new TillhouseError("config_invalid", `${name} ${what}${shown}. Example: ${name}=${setting.example}`, {
    variable: name,
  });
}

function camelCase(name: SettingName): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, first: string) => first.toUpperCase());
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnvFile(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return {};
    throw new TillhouseError(
      "config_invalid",
      `${path} cannot be read (${code ?? "unknown error"}): make it a readable file with lines such as LOG_LEVEL=info, or remove it.`,
      { path },
      error,
    );
  }
}

/** What a setting needs of another. */
const NEEDED: readonly {
  readonly name: SettingName;
  readonly without: (config: Config) => boolean;
  readonly when: string;
}[] = [
  {
    name: "CARD_TOKEN_KEY",
    without: ({ databaseUrl, cardTokenKey }) => databaseUrl !== undefined && cardTokenKey === undefined,
    when: "with DATABASE_URL",
  },
  {
    name: "DATABASE_URL",
    without: ({ readerDatabaseUrl, databaseUrl }) =>
      readerDatabaseUrl !== undefined && databaseUrl === undefined,
    when: "with READER_DATABASE_URL, which is to lead to a replica of it",
  },
  {
    name: "HTTP_TOKEN",
    without: ({ httpHost, httpPort, httpToken }) =>
      httpPort !== 0 && httpToken === undefined && !isLoopback(httpHost),
    when: "where HTTP_HOST is not loopback",
  },
];

/**
 * Reads and checks the configuration: the environment, then a `.env` file in the working directory for what the
 * environment leaves out. A variable set to nothing counts as unset, and hides the file's value.
 *
 * @throws TillhouseError `config_invalid`, naming the variable, what is wrong with it and an example
 */
export function loadConfig(environment: Environment = process.env, envFile = ".env"): Config {
  const all: Environment = { ...readEnvFile(envFile), ...environment };
  const names = Object.keys(SETTINGS) as SettingName[];
  const config = Object.fromEntries(names.map((name) => [camelCase(name), valueOf(name, all)])) as Config;
  for (const { name, without, when } of NEEDED) {
    if (!without(config)) continue;
    const { example } = SETTINGS[name];
    throw new TillhouseError("config_invalid", `${name} is required ${when}. Example: ${name}=${example}`, {
      variable: name,
    });
  }
  return Object.freeze(config);
}
