import { unescapedString } from "./xmlString.ts";

/**
 * The text of one string, shared or in its cell (CT_Rst): its own, or that of its runs, without what is written beside
 * it to say how it is read aloud.
 */
export class StringItem {
  /** Whether an element with text is open. */
  #takesText = false;
  #text = "";
  #depth = 0;
  #isInRun = false;

  /** @param depth of the element that holds the string */
  begin(depth: number): void {
    this.#depth = depth;
    this.#text = "";
    this.#isInRun = false;
  }

  open(name: string, depth: number): void {
    const below = depth - this.#depth;
    if (below === 1) this.#isInRun = name === "r";
    if (name === "t") this.#takesText = below === 1 || (below === 2 && this.#isInRun);
  }

  add(text: string): void {
    if (this.#takesText) this.#text += text;
  }

  close(name: string): void {
    if (name === "t") this.#takesText = false;
  }

  end(): string {
    return unescapedString(this.#text);
  }
}
