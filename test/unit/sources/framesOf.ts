import { FRAME_REASONS, type FrameList } from "../../../src/sources/frameList.ts";

/** A list of frames as objects, to be looked at one by one. */
export function framesOf({ count, starts, ends, lines, reasons }: FrameList) {
  return Array.from({ length: count }, (_unused, index) => ({
    start: starts[index],
    end: ends[index],
    line: lines[index],
    reason: FRAME_REASONS[reasons[index] ?? NaN],
  }));
}
