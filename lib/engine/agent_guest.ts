/**
 * A guest of an agent: a child of the agent's process, and the link to its client.
 *
 * - It is started with the agent's own code and with the rights that the client's setup names, as on one host; the setup is
 *   checked as a host checks its own.
 * - It ends with its link: where the client is silent, or says what is none of the protocol's, it is killed.
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
/** How long its last words may take to arrive, in milliseconds. */
const GRACE = 500;
const CHUNK = 65536;
const FORGED = "its client said what only agents say";

/** What a guest needs of its agent. */
export interface AgentGuestOptions {
  /** The code of guests. */
  readonly code: GuestCode;
  /** Where modules are kept that were sent along. */
  readonly bundles: Bundles;
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
  /** Its module, where it was sent along. */
  #kept: KeptBundle | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  /** What came before the child was there. */
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
        return this.kill(FORGED);
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
    const letGo = after(GRACE, () => void cancel());
    await reading;
    letGo();
    await Promise.allSettled([this.#writer.abort(), cancel()]);
    return this.#reason === undefined ? { code, signal } : { code, signal, lost: this.#reason };
  }

  /** Sends what the guest prints: as much at once as there is room for, like a pipe. */
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
        // What the guest says meanwhile goes in one message: a message costs more than a turn.
        await turn();
      }
    } catch {
      // Streams that broke are the end, which says why.
    }
  }
}

/** What a guest is started with whose module was sent along: that was made with the configuration of its client's host. */
function bundled({ options, ...setup }: GuestSetup, module: string): GuestSetup {
  const { config: _config, importMap: _importMap, ...rest } = options;
  return { ...setup, module, options: rest };
}
