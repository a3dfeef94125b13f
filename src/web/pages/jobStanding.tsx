import type { VNode } from "preact";
import { NamedState, State } from "./state.tsx";

interface JobStandingProps {
  readonly isPaused: boolean;
  readonly isRunning: boolean;
  /** The database could not be asked when that was needed. */
  readonly isAway: boolean;
  /** A due time waits for another run to end, or to be tried again. */
  readonly isWaiting: boolean;
}

/** How a job stands, in a word. */
export function JobStanding({ isPaused, isRunning, isAway, isWaiting }: JobStandingProps): VNode {
  if (isPaused) return <State tone="warn">paused</State>;
  if (isRunning) return <NamedState name="running" />;
  if (isAway) return <State tone="bad">database away</State>;
  return isWaiting ? <NamedState name="waiting" /> : <State tone="good">on time</State>;
}
