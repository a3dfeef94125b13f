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
  if (config.databaseUrl !== undefined && config.cardTokenKey === undefined) {
    throw new TillhouseError(
      "config_invalid",
      `CARD_TOKEN_KEY is required with DATABASE_URL. Example: CARD_TOKEN_KEY=${SETTINGS.CARD_TOKEN_KEY.example}`,
      { variable: "CARD_TOKEN_KEY" },
    );
  }
  if (config.httpPort !== 0 && config.httpToken === undefined && !isLoopback(config.httpHost)) {
    throw new TillhouseError(
      "config_invalid",
      `HTTP_TOKEN is required where HTTP_HOST is not loopback. Example: HTTP_TOKEN=${SETTINGS.HTTP_TOKEN.example}`,
      { variable: "HTTP_TOKEN" },
    );
  }
  return Object.freeze(config);
}
