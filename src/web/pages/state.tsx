import type { ComponentChildren, VNode } from "preact";

/** What a colour stands for. Beside each stands a sign of its own shape, and a text: nobody has to tell colours apart. */
export type Tone = "good" | "warn" | "bad" | "busy" | "idle";

const SIGNS: Readonly<Record<Tone, string>> = {
  good: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm-1.6 14.6-4-4 1.5-1.5 2.5 2.5 5.7-5.7 1.5 1.5z",
  warn: "M12 2.5 1 21.5h22zM11 9h2v6h-2zm0 7.5h2v2h-2z",
  bad: "M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9zm.9 5.3L7.3 8.8l3.2 3.2-3.2 3.2 1.5 1.5 3.2-3.2 3.2 3.2 1.5-1.5-3.2-3.2 3.2-3.2-1.5-1.5-3.2 3.2z",
  busy: "M12 2v3a7 7 0 1 1-6.7 5H2.2A10 10 0 1 0 12 2Z",
  idle: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z",
};

export function Sign({ tone }: { readonly tone: Tone }): VNode {
  return (
    <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <path fill="currentColor" fill-rule="evenodd" d={SIGNS[tone]} />
    </svg>
  );
}

/** A word for how something stands. */
export function State({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <span class={`state tone-${tone}${tone === "busy" ? " turning" : ""}`}>
      <Sign tone={tone} />
      {children}
    </span>
  );
}

/** How the states of runs, steps, files, checks, records and alerts look; others are nothing to look at. */
const TONES: Readonly<Record<string, Tone>> = {
  succeeded: "good",
  loaded: "good",
  passed: "good",
  running: "busy",
  loading: "busy",
  failed: "bad",
  error: "bad",
  stopped: "warn",
  killed: "warn",
  warned: "warn",
  warning: "warn",
  waiting: "warn",
  rejected: "warn",
  resolved: "good",
};

/** The state of a run, a file, a check, under the name that the database has for it. */
export function NamedState({ name }: { readonly name: string }): VNode {
  return <State tone={TONES[name] ?? "idle"}>{name}</State>;
}
