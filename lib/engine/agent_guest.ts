/**
 * A guest of an agent: a child of the agent's process, with a link to its client.
 *
 * - It is started with the agent's own code, and with the permissions that the client's setup names, as on one host.
 *   The setup is checked as a host checks its own.
 * - It ends with its link: it is killed if the client is silent or breaks the protocol.
 */

import { errorText } from "../errors.ts";
import { cacheModule, type GuestCode, type GuestSetup, launchChild } from "../mode/mod.ts";
import { after, type Child, type ProcessSignal, turn } from "../platform/mod.ts";
import { Link, type LinkOptions, type LinkTelling } from "./link.ts";
import type { Bundles, KeptBundle } from "./bundles.ts";
import { bytesOf, type EndMessage, setupFrom, type SetupMessage } from "./message.ts";
import { moduleAnswer } from "./modules.ts";
import type { Connection } from "./nats.ts";

const SIGNALS: readonly ProcessSignal[] = ["SIGTERM", "SIGKILL", "SIGINT", "SIGHUP", "SIGQUIT"];
/** How long to wait for its last output, in milliseconds. */
const GRACE = 500;
const CHUNK = 65536;
const FORGED = "its client said what only agents say";

/** What a guest needs from its agent. */
export interface AgentGuestOptions {
  /** The code of guests. */
  readonly code: GuestCode;
  /** The modules that clients have sent. */
  readonly bundles: Bundles;
  /** The options of its link. */
  readonly link: LinkOptions;
}

/** A guest of an agent. */
export class AgentGuest {
  /** Resolves when it has ended and everything of it is removed. */
  readonly ended: Promise<void>;
  readonly #options: AgentGuestOptions;
  readonly #link: Link;
  readonly #setup = Promise.withResolvers<SetupMessage>();
  readonly #bundle = Promise.withResolvers<Uint8Array>();
  /** Why it was killed, if it was. */
  #reason: string | undefined;
  #child: Child | undefined;
  /** Its module, if the client sent it. */
  #kept: KeptBundle | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  /** Whether the client closed the stream before the child was started. */
  #isClosing = false;

  /** Listens to its client from now on. */
  constructor(connection: Connection, options: AgentGuestOptions) {
    this.#options = options;
    for (const { promise } of [this.#setup, this.#bundle]) promise.catch(() => {});
    this.#link = new Link(connection, options.link, {
      data: (bytes) => this.#write(bytes),
      printed: () => this.kill(FORGED),
      told: (kind, bytes) => this.#told(kind, bytes),
      broken: (reason) => this.kill(reason),
    });
    this.#link.beat();
    this.ended = this.#live();
  }

  /** Kills it at once; `reason` is a clause. */
  kill(reason: string): void {
    this.#reason ??= reason;
    // Waits for messages that will never come are rejected.
    for (const { reject } of [this.#setup, this.#bundle]) reject(new Error(reason));
    this.#child?.kill("SIGKILL");
  }

  #told(kind: LinkTelling, bytes: Uint8Array<ArrayBuffer>): void {
    switch (kind) {
      case "setup":
        try {
          return this.#setup.resolve(setupFrom(bytes));
        } catch (error) {
          return this.kill(errorText(error));
        }
      case "bundle":
        return this.#bundle.resolve(bytes);
      case "close":
        this.#isClosing = true;
        return void this.#writer?.close().catch(() => {});
      case "signal": {
        const signal = SIGNALS.find((name) => name === new TextDecoder().decode(bytes));
        if (signal === undefined) return this.kill("its client sent no signal that there is");
        return this.#child === undefined ? this.kill(`it was killed by ${signal}`) : this.#child.kill(signal);
      }
      default:
        return this.kill(FORGED);
    }
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#writer === undefined) return this.kill("its client wrote before it was there");
    this.#writer.write(bytes).then(() => this.#link.took(bytes.length), () => {
      // The pipe is broken: the child has ended, and its end gives the reason.
    });
  }

  /** Lives from its start to its end. */
  async #live(): Promise<void> {
    let end: EndMessage;
    try {
      end = await this.#run(await this.#start());
    } catch (error) {
      end = { code: 1, signal: null, lost: errorText(error) };
    }
    this.#kept?.drop();
    this.#link.tell("ended", bytesOf(end));
    this.#link.close();
  }

  async #start(): Promise<Child> {
    const { code, bundles } = this.#options;
    const { setup, external, files } = await this.#setup.promise;
    const answer = await moduleAnswer(setup.module, files);
    this.#link.tell("module", bytesOf({ module: answer }));
    if (answer === "wanted") this.#kept = await bundles.keep(await this.#bundle.promise);
    const own = this.#kept === undefined ? setup : bundled(setup, this.#kept.url);
    if (external === "cached") await cacheModule(own, code);
    if (this.#reason !== undefined) throw new Error(this.#reason);
    try {
      return await launchChild(code, { printed: "piped" })(own, external);
    } catch (error) {
      throw new Error(`it was not started (${errorText(error)})`, { cause: error });
    }
  }

  async #run(child: Child): Promise<EndMessage> {
    this.#child = child;
    this.#writer = child.writable.getWriter();
    this.#writer.closed.catch(() => {});
    if (this.#isClosing) void this.#writer.close().catch(() => {});
    this.#link.tell("started");
    const output = child.readable.getReader({ mode: "byob" });
    const printed = child.printed?.getReader();
    const reading = Promise.all([this.#read(output), printed && this.#print(printed)]);
    const { code, signal } = await child.status;
    const cancel = () => Promise.allSettled([output.cancel(), printed?.cancel()]);
    const stopTimer = after(GRACE, () => void cancel());
    await reading;
    stopTimer();
    await Promise.allSettled([this.#writer.abort(), cancel()]);
    return this.#reason === undefined ? { code, signal } : { code, signal, lost: this.#reason };
  }

  /** Sends what the guest prints, as much at a time as there is room for, like a pipe. */
  async #print(printed: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await printed.read();
        if (done) return;
        await this.#link.write(value, "printed");
      }
    } catch {
      // As below.
    }
  }

  async #read(output: ReadableStreamBYOBReader): Promise<void> {
    let buffer = new ArrayBuffer(CHUNK);
    try {
      for (;;) {
        const { value, done } = await output.read(new Uint8Array(buffer));
        if (done || value === undefined) return;
        await this.#link.write(value);
        buffer = value.buffer;
        // Output that arrives in the meantime goes into the same message: a message costs more than a turn.
        await turn();
      }
    } catch {
      // The streams broke because the guest ended, and its end gives the reason.
    }
  }
}

/**
 * The setup of a guest whose module was sent: without a configuration, because the client has applied it to the bundle.
 */
function bundled({ options, ...setup }: GuestSetup, module: string): GuestSetup {
  const { config: _config, importMap: _importMap, ...rest } = options;
  return { ...setup, module, options: rest };
}
