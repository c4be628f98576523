/**
 * The client of the engine: the NATS library, loaded when it is used, and the part of its types that is used.
 *
 * - Its specifier is in a variable, so it is downloaded only if an engine is used.
 * - It reconnects by itself, forever. Messages published without a connection are lost; `link.ts` counts messages to
 *   notice this.
 * - Every failure is an `EngineError` of one sentence. A rejected login also raises an uncaught `ECONNRESET`, which is
 *   intercepted while a connection exists.
 */

import { EngineError, errorText } from "../errors.ts";
import { after, platform } from "../platform/mod.ts";
import { type Engine, hostsOf } from "./engine_options.ts";

/** The package. */
export const NATS = "npm:@nats-io/transport-node@3.4.0";

/** A message, as the NATS client returns it. */
interface Msg {
  readonly data: Uint8Array;
  readonly subject: string;
  respond(data: Uint8Array): boolean;
}

/** A status event of the NATS client. */
interface Status {
  readonly type: string;
  readonly error?: Error & { readonly operation?: string; readonly subject?: string };
}

/** A connection, as the NATS client returns it. */
interface NatsConnection {
  readonly info?: { readonly max_payload: number };
  publish(subject: string, data: Uint8Array): void;
  subscribe(
    subject: string,
    options: { readonly callback: (error: Error | null, message: Msg) => void },
  ): { unsubscribe(): void };
  request(subject: string, data: Uint8Array, options: { readonly timeout: number }): Promise<Msg>;
  status(): AsyncIterable<Status>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The exports of the package that are used. */
interface NatsModule {
  connect(options: Readonly<Record<string, unknown>>): Promise<NatsConnection>;
  credsAuthenticator(creds: Uint8Array): unknown;
  nkeyAuthenticator(seed: Uint8Array): unknown;
  readonly nuid: { next(): string };
}

/** The prefix of subjects for answers, which accounts permit. */
const INBOX = "holdfast.inbox";
/** Milliseconds that an attempt to connect may take, and between two attempts. */
const PATIENCE = 5000;
const AGAIN = 250;
const PING = 2000;
/** The least message size, in bytes, that a server must accept: some messages cannot be split. */
const LEAST_ROOM = 1024;
/** How long after a failed attempt its uncaught errors may still occur, in milliseconds. */
const LATE = 1000;

/** A received message. */
export interface Message {
  /** Its bytes, which belong to the receiver. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Sends an answer. */
  respond(data: Uint8Array): void;
}

/** A connection to the engine. */
export class Connection {
  /** The name of the server, for people. */
  readonly name: string;
  /** Returns a new unique name. */
  readonly next: () => string;
  /** Rejects when the account forbids a subject. */
  readonly forbidden: Promise<never>;
  readonly #nats: NatsConnection;
  readonly #unsubscribe: () => void;
  #closed = false;

  /** Use {@linkcode connectTo}. */
  constructor(
    nats: NatsConnection,
    { name, next, unsubscribe }: { name: string; next: () => string; unsubscribe: () => void },
  ) {
    this.#nats = nats;
    this.name = name;
    this.next = next;
    this.#unsubscribe = unsubscribe;
    const forbidden = Promise.withResolvers<never>();
    this.forbidden = forbidden.promise;
    this.forbidden.catch(() => {});
    void this.#watch((error) => forbidden.reject(error));
  }

  /** The largest message that the server accepts, in bytes. */
  get room(): number {
    return this.#nats.info?.max_payload ?? 1 << 20;
  }

  /** Sends a message, which may be lost. */
  publish(subject: string, data: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#nats.publish(subject, data);
    } catch {
      // It is too large, or the connection is closed: the receiver notices that nothing arrives.
    }
  }

  /** Calls `heard` with each message on a subject, until the returned function is called. */
  subscribe(subject: string, heard: (message: Message) => void): () => void {
    const subscription = this.#nats.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return;
        // The transport reuses its bytes, so they are copied.
        heard({ data: new Uint8Array(message.data), respond: (data) => void message.respond(data) });
      },
    });
    return () => subscription.unsubscribe();
  }

  /**
   * Sends a request and returns the answer; undefined if nobody listens, or none arrives within `timeout` milliseconds.
   */
  async request(subject: string, data: Uint8Array, timeout: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const asked = this.#nats.request(subject, data, { timeout }).then(
      (message) => new Uint8Array(message.data),
      () => undefined,
    );
    return await Promise.race([asked, this.forbidden]);
  }

  /** Resolves when the server has everything published before. */
  async flush(): Promise<void> {
    await this.#nats.flush().catch(() => {});
  }

  /** Ends the connection, after sending what was published before, if the server is reachable. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const hurry = after(LATE, () => void this.#nats.close());
    await this.#nats.flush().catch(() => {});
    hurry();
    await this.#nats.close();
    after(LATE, this.#unsubscribe);
  }

  async #watch(forbid: (error: EngineError) => void): Promise<void> {
    for await (const { type, error } of this.#nats.status()) {
      if (type !== "error" || error?.operation === undefined) continue;
      const act = error.operation === "publish" ? "publish to" : "subscribe to";
      forbid(
        new EngineError(
          `Cannot use the engine ${this.name}: the account may not ${act} ${error.subject}, ` +
            "one that may is wanted (agents and clients have different rights)",
        ),
      );
    }
  }
}

/**
 * Connects to an engine.
 *
 * @throws {EngineError} if there is no server, or it refuses the credentials.
 */
export async function connectTo(engine: Engine): Promise<Connection> {
  const { servers, ca } = engine;
  const name = servers.join(",");
  const settings = {
    servers: [...servers],
    ...await credentialsOf(engine),
    ...ca !== undefined || servers.some((server) => server.startsWith("tls:"))
      ? { tls: await encryptionOf(engine) }
      : {},
    inboxPrefix: INBOX,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: AGAIN,
    pingInterval: PING,
    timeout: PATIENCE,
    resolve: false,
  };
  const unsubscribe = takeResets();
  try {
    const { connect, nuid } = await load();
    const nats = await connect(settings);
    const room = nats.info?.max_payload ?? LEAST_ROOM;
    if (room >= LEAST_ROOM) return new Connection(nats, { name, next: () => nuid.next(), unsubscribe });
    await nats.close();
    const is = `it takes messages of at most ${room} bytes`;
    throw new EngineError(`Cannot use the engine ${name}: ${is}, a max_payload of ${LEAST_ROOM} or more is wanted`);
  } catch (error) {
    after(LATE, unsubscribe);
    throw error instanceof EngineError ? error : refusal(error, engine);
  }
}

async function load(): Promise<NatsModule> {
  try {
    return await import(NATS);
  } catch (cause) {
    throw new EngineError(`Cannot load ${NATS}: ${errorText(cause)}, the package is wanted`, { cause });
  }
}

/** The login: a credentials file holds a token and the seed that signs for it; a file with only a seed is an nkey. */
async function credentialsOf({ creds }: Engine): Promise<{ readonly authenticator?: unknown }> {
  if (creds === undefined) return {};
  const text = await textOf(creds, "the credentials");
  const { credsAuthenticator, nkeyAuthenticator } = await load();
  const bytes = (part: string) => new TextEncoder().encode(part);
  if (text.includes("BEGIN NATS USER JWT")) return { authenticator: credsAuthenticator(bytes(text)) };
  const [seed] = /^SU[A-Z2-7]{56}$/m.exec(text) ?? [];
  if (seed !== undefined) return { authenticator: nkeyAuthenticator(bytes(seed)) };
  throw new EngineError(
    `Cannot use the credentials in ${creds}: it is neither a credentials file nor the seed of an nkey`,
  );
}

/**
 * The TLS options. The client library does not check the name of a server given by IP address, so a single server is
 * named here.
 */
async function encryptionOf({ ca, servers }: Engine): Promise<Readonly<Record<string, unknown>>> {
  const [host = "", ...others] = hostsOf({ servers }).map((host) => host.replace(/:\d+$/, ""));
  const named = others.length === 0 ? { host } : {};
  return ca === undefined ? named : { ...named, ca: await textOf(ca, "the certificate") };
}

async function textOf(path: string, what: string): Promise<string> {
  try {
    return new TextDecoder().decode(await platform.read(path));
  } catch (cause) {
    throw new EngineError(`Cannot read ${what} in ${path}: ${errorText(cause)}`, { cause });
  }
}

/** The error that says why a connection failed. */
function refusal(cause: unknown, { servers, creds, ca }: Engine): EngineError {
  const name = servers.join(",");
  const text = errorText(cause);
  const refused = cause instanceof Error ? cause.name : "";
  const [, host] = /Requires net access to "(.*?)"/.exec(text) ?? [];
  if (host !== undefined) {
    const wanted = `run the host with --allow-net=${host}`;
    return new EngineError(`Cannot use the engine ${name}: the host may not connect to it, ${wanted}`, { cause });
  }
  if (refused === "AuthorizationError" || /authorization|nkeys|seed/i.test(text)) {
    const is = creds === undefined
      ? "it wants credentials, a file with them is"
      : `it refuses the credentials in ${creds}, others are`;
    return new EngineError(`Cannot use the engine ${name}: ${is} wanted`, { cause });
  }
  if (/certificate|UnknownIssuer|tls/i.test(text)) {
    const wanted = /does not support/.test(text)
      ? "nats:// without encryption"
      : ca === undefined
      ? "the file of its authority"
      : `another file than ${ca}`;
    return new EngineError(`Cannot use the engine ${name}: ${text}, ${wanted} is wanted`, { cause });
  }
  return new EngineError(`Cannot use the engine ${name}: no server answers (${text}), a NATS server is wanted`, {
    cause,
  });
}

/** How many connections exist or are being made. */
let connections = 0;

/** Intercepts uncaught errors of sockets whose server hangs up, until the returned function is called. */
function takeResets(): () => void {
  if (connections++ === 0) globalThis.addEventListener("error", takeReset);
  return () => {
    if (--connections === 0) globalThis.removeEventListener("error", takeReset);
  };
}

function takeReset(event: ErrorEvent): void {
  const { code, syscall } = (event.error ?? {}) as { readonly code?: unknown; readonly syscall?: unknown };
  const isReset = code === "ECONNRESET" || code === "EPIPE";
  if (isReset && (syscall === undefined || syscall === "read" || syscall === "write")) event.preventDefault();
}
