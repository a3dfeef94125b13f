import { unescapedString } from "./xmlText.ts";

/** Names of the elements that a string is made of. */
export interface StringElements {
  readonly t: number;
  readonly r: number;
}

/**
 * The text of one string, shared or in its cell (CT_Rst): its own, or that of its runs, without what is written beside
 * it to say how it is read aloud.
 */
export class StringItem {
  /** Whether an element with text is open. */
  takesText = false;
  #text = "";
  #depth = 0;
  #isInRun = false;
  readonly #elements: StringElements;

  constructor(elements: StringElements) {
    this.#elements = elements;
  }

  /** @param depth of the element that holds the string */
  begin(depth: number): void {
    this.#depth = depth;
    this.#text = "";
    this.#isInRun = false;
  }

  open(element: number, depth: number): void {
    const below = depth - this.#depth;
    if (below === 1) this.#isInRun = element === this.#elements.r;
    if (element === this.#elements.t) this.takesText = below === 1 || (below === 2 && this.#isInRun);
  }

  add(text: string): void {
    this.#text += text;
  }

  close(element: number): void {
    if (element === this.#elements.t) this.takesText = false;
  }

  end(): string {
    return unescapedString(this.#text);
  }
}
