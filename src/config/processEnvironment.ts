/** The environment to hand to a child process. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env };
}
