const PROTOCOL_3 = 3;
const LENGTH = 4;
/** Requests of the client for encryption, which come before its startup message and have its form. */
const ENCRYPTION_REQUESTS: ReadonlySet<number> = new Set([80_877_103, 80_877_104]);

/** Which side of a connection sends. */
export type Sender = "program" | "server";

/**
 * Cuts a stream of PostgreSQL's protocol into its messages, however the network cut it into packets. Every message has a
 * byte that tells its type, and its length; only the program's first ones, before it has said who it is, have no type.
 * https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export class WireMessages {
  #pending: Buffer = Buffer.alloc(0);
  #hasTypes: boolean;

  constructor(sender: Sender) {
    this.#hasTypes = sender === "server";
  }

  /** Takes what has arrived, and gives the messages that are whole by now. */
  take(bytes: Buffer): Buffer[] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const messages: Buffer[] = [];
    for (let end = this.#endOfFirst(); end <= this.#pending.length; end = this.#endOfFirst()) {
      const message = this.#pending.subarray(0, end);
      this.#pending = this.#pending.subarray(end);
      messages.push(message);
      if (!this.#hasTypes) this.#hasTypes = message.readUInt16BE(LENGTH) === PROTOCOL_3;
    }
    return messages;
  }

  #endOfFirst(): number {
    const lengthAt = this.#hasTypes ? 1 : 0;
    if (this.#pending.length < lengthAt + LENGTH) return Infinity;
    return lengthAt + this.#pending.readUInt32BE(lengthAt);
  }
}

/** A message's type, such as `Q`; of those that have one. */
export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0);
}

/** The statement that a message carries; undefined where it carries none. */
export function sqlOf(message: Buffer): string | undefined {
  const texts = message
    .subarray(1 + LENGTH)
    .toString("utf8")
    .split("\0");
  switch (typeOf(message)) {
    case "Q":
      return texts[0];
    // After the name of the prepared statement, which is mostly none.
    case "P":
      return texts[1];
    default:
      return undefined;
  }
}

/** Whether the program asks for an encrypted connection. */
export function asksForEncryption(message: Buffer): boolean {
  return message.length === 2 * LENGTH && ENCRYPTION_REQUESTS.has(message.readUInt32BE(LENGTH));
}

/** A startup message as a pooler passes it on that is told to ignore the parameter `options`. */
export function withoutOptions(startup: Buffer): Buffer {
  const texts = startup
    .subarray(2 * LENGTH)
    .toString("utf8")
    .split("\0");
  const place = texts.findIndex((text, index) => index % 2 === 0 && text === "options");
  if (place !== -1) texts.splice(place, 2);
  const content = Buffer.from(texts.join("\0"));
  const head = Buffer.from(startup.subarray(0, 2 * LENGTH));
  head.writeUInt32BE(head.length + content.length);
  return Buffer.concat([head, content]);
}

/** `application_name` of a startup message; "" where it names none. */
export function applicationNameOf(startup: Buffer): string {
  const texts = startup
    .subarray(2 * LENGTH)
    .toString("utf8")
    .split("\0");
  const place = texts.findIndex((text, index) => index % 2 === 0 && text === "application_name");
  return place === -1 ? "" : (texts[place + 1] ?? "");
}
