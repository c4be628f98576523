/**
 * A guest of an agent: a child of the agent's process, and the link to its client.
 *
 * - It is started with the agent's own code and with the rights that the client's setup names, as on one host; the setup is
 *   checked as a host checks its own.
 * - It ends with its link: where the client is silent, or says what is none of the protocol's, it is killed.
 */

import { errorText } from "../errors.ts";
import { cacheModule, type GuestCode, launchChild } from "../mode/mod.ts";
import { after, type Child, type ProcessSignal, turn } from "../platform/mod.ts";
import { Link, type LinkOptions, type LinkTelling } from "./link.ts";
import { bytesOf, type EndMessage, setupFrom, type SetupMessage } from "./message.ts";
import { moduleAnswer } from "./modules.ts";
import type { Connection } from "./nats.ts";

const SIGNALS: readonly ProcessSignal[] = ["SIGTERM", "SIGKILL", "SIGINT", "SIGHUP", "SIGQUIT"];
/** How long its last words may take to arrive, in milliseconds. */
const GRACE = 500;
const CHUNK = 65536;

/** What a guest needs of its agent. */
export interface AgentGuestOptions {
  /** The code of guests. */
  readonly code: GuestCode;
  /** Keeps a module that was sent along, and gives its URL. */
  readonly keep: (bundle: Uint8Array) => Promise<string>;
  /** Its link. */
  readonly link: LinkOptions;
}

/** A guest of an agent. */
export class AgentGuest {
  /** Resolves when it has ended, and nothing is left of it. */
  readonly ended: Promise<void>;
  readonly #options: AgentGuestOptions;
  readonly #link: Link;
  readonly #setup = Promise.withResolvers<SetupMessage>();
  readonly #bundle = Promise.withResolvers<Uint8Array>();
  /** Why it was given up, if it was. */
  #reason: string | undefined;
  #child: Child | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  /** What came before the child was there. */
  #isClosing = false;

  /** Listens to its client from now on. */
  constructor(connection: Connection, options: AgentGuestOptions) {
    this.#options = options;
    for (const { promise } of [this.#setup, this.#bundle]) promise.catch(() => {});
    this.#link = new Link(connection, options.link, {
      data: (bytes) => this.#write(bytes),
      told: (kind, bytes) => this.#told(kind, bytes),
      broken: (reason) => this.kill(reason),
    });
    this.#link.beat();
    this.ended = this.#live();
  }

  /** Ends it at once; the clause says why. */
  kill(reason: string): void {
    this.#reason ??= reason;
    // Who waits for what nobody will send hears of it.
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
        return this.kill("its client said what only agents say");
    }
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#writer === undefined) return this.kill("its client wrote before it was there");
    this.#writer.write(bytes).then(() => this.#link.took(bytes.length), () => {
      // The pipe is broken: the child's end is on its way and says why.
    });
  }

  /** From its start to its end. */
  async #live(): Promise<void> {
    let end: EndMessage;
    try {
      end = await this.#run(await this.#start());
    } catch (error) {
      end = { code: 1, signal: null, lost: errorText(error) };
    }
    this.#link.tell("ended", bytesOf(end));
    this.#link.close();
  }

  async #start(): Promise<Child> {
    const { code, keep } = this.#options;
    const { setup, external, files } = await this.#setup.promise;
    const answer = await moduleAnswer(setup.module, files);
    this.#link.tell("module", bytesOf({ module: answer }));
    const module = answer === "wanted" ? await keep(await this.#bundle.promise) : setup.module;
    const own = { ...setup, module };
    if (external === "cached") await cacheModule(own, code);
    if (this.#reason !== undefined) throw new Error(this.#reason);
    try {
      return await launchChild(code)(own, external);
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
    const reading = this.#read(output);
    const { code, signal } = await child.status;
    const letGo = after(GRACE, () => void output.cancel().catch(() => {}));
    await reading;
    letGo();
    await Promise.allSettled([this.#writer.abort(), output.cancel()]);
    return this.#reason === undefined ? { code, signal } : { code, signal, lost: this.#reason };
  }

  async #read(output: ReadableStreamBYOBReader): Promise<void> {
    let buffer = new ArrayBuffer(CHUNK);
    try {
      for (;;) {
        const { value, done } = await output.read(new Uint8Array(buffer));
        if (done || value === undefined) return;
        await this.#link.write(value);
        buffer = value.buffer;
        // What the guest says meanwhile goes in one message: a message costs more than a turn.
        await turn();
      }
    } catch {
      // Streams that broke are the end, which says why.
    }
  }
}
