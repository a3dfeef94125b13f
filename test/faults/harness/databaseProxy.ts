import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import {
  applicationNameOf,
  asksForEncryption,
  sqlOf,
  typeOf,
  WireMessages,
  withoutOptions,
} from "./wireMessages.ts";

/** A statement on its way from a program to the server. */
export interface Statement {
  readonly sql: string;
  /** `application_name` of its session. */
  readonly session: string;
  /** The statements before it in its transaction, from its BEGIN on. */
  readonly earlier: readonly string[];
}

/** What is to happen at a statement. */
export interface Ambush {
  readonly at: (statement: Statement) => boolean;
  /** At which of the statements that match, of all connections: 1 is the first. */
  readonly occurrence?: number;
  /** Before it reaches the server, or after the server has answered it and before the program hears of that. */
  readonly when: "before" | "after";
  /** The connection waits until this is done; others do not. */
  readonly act: (connection: ProxiedConnection) => Promise<void> | void;
}

/** A program's connection to the server. */
export interface ProxiedConnection {
  /** Ends it as the kernel does for a process that has died: what was not yet passed on is lost. */
  cut(): void;
  /** Breaks it with a TCP reset, to both sides. */
  reset(): void;
  /** From now on nothing gets through, either way, and neither side hears of that, nor of the other's end. */
  goHalfOpen(): void;
}

/** Stands between programs and a server, and does to their connections what networks do. */
export interface DatabaseProxy {
  /** The server's URL, through here. */
  readonly url: string;
  /** Lays an ambush; `wasReached` says whether it has been sprung. */
  ambush(ambush: Ambush): { readonly wasReached: boolean };
  /** The connections of sessions of that `application_name`. */
  connectionsOf(session: string): readonly ProxiedConnection[];
  /** Holds everything back, on new connections too, until the function that it gives is called. */
  hold(): () => void;
  /** Ends all connections, and takes no new ones, until the function that it gives is called. */
  refuse(): () => void;
  /** From now on the options that new connections ask for do not reach the server. */
  dropOptions(): void;
  close(): Promise<void>;
}

/** Gives `work` a proxy for the server, and closes it afterwards. */
export async function withDatabaseProxy<T>(
  serverUrl: string,
  work: (proxy: DatabaseProxy) => Promise<T>,
): Promise<T> {
  const proxy = await openDatabaseProxy(serverUrl);
  try {
    return await work(proxy);
  } finally {
    await proxy.close();
  }
}

export async function openDatabaseProxy(serverUrl: string): Promise<DatabaseProxy> {
  const url = new URL(serverUrl);
  const target = { host: url.hostname, port: Number(url.port === "" ? 5432 : url.port) };
  const waylaying = new Waylaying();
  const connections = new Set<Connection>();
  let refuses = false;
  const listener = createServer((program) => {
    if (refuses) {
      program.destroy();
      return;
    }
    const connection = new Connection(program, connect(target), waylaying);
    connections.add(connection);
    void connection.ended.then(() => connections.delete(connection));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  url.hostname = "127.0.0.1";
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    ambush: (ambush) => waylaying.add(ambush),
    connectionsOf: (session) => [...connections].filter((connection) => connection.session === session),
    hold: () => waylaying.hold(),
    refuse: () => {
      refuses = true;
      for (const connection of connections) connection.cut();
      return () => {
        refuses = false;
      };
    },
    dropOptions: () => {
      waylaying.dropsOptions = true;
    },
    close: async () => {
      const closed = once(listener, "close");
      listener.close();
      for (const connection of connections) connection.cut();
      await closed;
    },
  };
}

/** What is to happen on all connections of a proxy. */
class Waylaying {
  readonly #laid: { readonly ambush: Ambush; matches: number; wasReached: boolean }[] = [];
  dropsOptions = false;
  /** Settles when things may go on. */
  flowing: Promise<void> = Promise.resolve();

  add(ambush: Ambush): { readonly wasReached: boolean } {
    const laid = { ambush, matches: 0, wasReached: false };
    this.#laid.push(laid);
    return laid;
  }

  hold(): () => void {
    let letGo: () => void = () => undefined;
    this.flowing = new Promise((resolve) => {
      letGo = resolve;
    });
    return letGo;
  }

  /** The ambushes that a statement springs. */
  sprungBy(statement: Statement): Ambush[] {
    const met = this.#laid.filter(({ ambush }) => ambush.at(statement));
    for (const laid of met) laid.matches += 1;
    const sprung = met.filter(({ ambush, matches }) => matches === (ambush.occurrence ?? 1));
    for (const laid of sprung) laid.wasReached = true;
    return sprung.map(({ ambush }) => ambush);
  }
}

class Connection implements ProxiedConnection {
  readonly ended: Promise<unknown>;
  /** Undefined until the program has said who it is. */
  session: string | undefined;
  readonly #program: Socket;
  readonly #server: Socket;
  readonly #waylaying: Waylaying;
  #isOpen = true;
  #isHalfOpen = false;
  #transaction: string[] = [];
  /** Ambushes at the statement that is being sent, and at those that are sent and not answered yet. */
  #sending: Ambush[] = [];
  readonly #unanswered: Ambush[][] = [];

  constructor(program: Socket, server: Socket, waylaying: Waylaying) {
    this.#program = program;
    this.#server = server;
    this.#waylaying = waylaying;
    for (const socket of [program, server]) socket.setNoDelay(true);
    this.ended = Promise.all([
      this.#pump(program, server, new WireMessages("program"), (message) => this.#fromProgram(message)),
      this.#pump(server, program, new WireMessages("server"), this.#fromServer()),
    ]);
  }

  cut(): void {
    this.#isOpen = false;
    for (const socket of [this.#program, this.#server]) socket.destroy();
  }

  reset(): void {
    this.#isOpen = false;
    for (const socket of [this.#program, this.#server]) socket.resetAndDestroy();
  }

  goHalfOpen(): void {
    this.#isOpen = false;
    this.#isHalfOpen = true;
  }

  /** Passes messages on; `onward` gives those to send now, after whatever was to happen first. */
  async #pump(
    from: Socket,
    to: Socket,
    messages: WireMessages,
    onward: (message: Buffer) => Promise<Buffer[]>,
  ): Promise<void> {
    // Writing fails like reading does, and is told of there.
    to.on("error", () => undefined);
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) {
        const out: Buffer[] = [];
        for (const message of messages.take(bytes)) {
          await this.#waylaying.flowing;
          out.push(...(await onward(message)));
        }
        if (this.#isOpen && out.length > 0 && !to.write(Buffer.concat(out))) await drained(to);
      }
    } catch {
      // A connection that broke has ended as well.
    }
    if (!this.#isHalfOpen) to.end();
  }

  async #fromProgram(message: Buffer): Promise<Buffer[]> {
    if (this.session === undefined) {
      if (asksForEncryption(message)) {
        this.#program.write("N");
        return [];
      }
      this.session = applicationNameOf(message);
      return [this.#waylaying.dropsOptions ? withoutOptions(message) : message];
    }
    const sql = sqlOf(message);
    if (sql !== undefined) {
      this.#sending = this.#waylaying.sprungBy(this.#note(sql.trim(), this.session));
      for (const { when, act } of this.#sending) if (when === "before") await act(this);
    }
    // A simple query ends with itself, the parts of any other with a Sync.
    if (["Q", "S"].includes(typeOf(message)))
      this.#unanswered.push(this.#sending.filter(({ when }) => when === "after"));
    return [message];
  }

  #note(sql: string, session: string): Statement {
    if (/^BEGIN\b/i.test(sql)) this.#transaction = [];
    const statement = { sql, session, earlier: [...this.#transaction] };
    this.#transaction.push(sql);
    if (/^(COMMIT|ROLLBACK)\b/i.test(sql)) this.#transaction = [];
    return statement;
  }

  #fromServer(): (message: Buffer) => Promise<Buffer[]> {
    let answer: Buffer[] = [];
    return async (message) => {
      const [ambushes] = this.#unanswered;
      const isReady = typeOf(message) === "Z";
      // What asks for the rows of a COPY goes on at once: without them there is no answer.
      if (!isReady && (ambushes === undefined || ambushes.length === 0 || typeOf(message) === "G"))
        return [message];
      answer.push(message);
      if (!isReady) return [];
      this.#unanswered.shift();
      for (const { act } of ambushes ?? []) await act(this);
      const whole = answer;
      answer = [];
      return whole;
    };
  }
}

async function drained(socket: Socket): Promise<void> {
  const heard = new AbortController();
  const { signal } = heard;
  await Promise.race([once(socket, "drain", { signal }), once(socket, "close", { signal })]).finally(() => {
    heard.abort();
  });
}
