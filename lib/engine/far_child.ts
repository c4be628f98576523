/**
 * A child of process mode on another host: two streams of bytes over a link to its agent.
 *
 * - The end of the child, the agent's last message, is reported only after everything that the child sent has been
 *   read.
 * - What it prints goes to this process's stderr, as on one host, without control characters that would move a
 *   terminal's cursor.
 * - If the link breaks, the child counts as ended, and its status gives the reason.
 */

import { type Child, type ChildStatus, type FarPlace, platform, type ProcessSignal } from "../platform/mod.ts";
import { errorText } from "../errors.ts";
import { Link, type LinkOptions, type LinkTelling } from "./link.ts";
import { answerFrom, bytesOf, endFrom, type ModuleAnswer, type SetupMessage } from "./message.ts";
import type { Connection } from "./nats.ts";

/** The status of a child whose link broke; it may live on at the agent for a moment. */
const LOST = { code: 1, signal: null } as const;

/** Control characters in what a guest prints. */
const UNPRINTABLE = /(?![\n\t])\p{Cc}/gu;

/** A child on another host. */
export class FarChild implements Child {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
  readonly status: Promise<ChildStatus>;
  place: FarPlace;
  readonly #link: Link;
  readonly #status = Promise.withResolvers<ChildStatus>();
  readonly #answer = Promise.withResolvers<ModuleAnswer>();
  readonly #started = Promise.withResolvers<void>();
  /** The received chunks that were not read, and the reader that waits for more. */
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #more: PromiseWithResolvers<void> | undefined;
  #isOver = false;
  /** Decodes what is printed, also if a character is split between messages. */
  readonly #text = new TextDecoder();

  /** Listens to the agent from now on. */
  constructor(connection: Connection, options: LinkOptions) {
    this.place = { agent: options.peer, module: "url" };
    this.status = this.#status.promise;
    for (const { promise } of [this.#answer, this.#started]) promise.catch(() => {});
    this.#link = new Link(connection, options, {
      data: (bytes) => {
        this.#chunks.push(bytes);
        this.#more?.resolve();
      },
      printed: (bytes) => {
        platform.writeToStderr(this.#text.decode(bytes, { stream: true }).replaceAll(UNPRINTABLE, ""));
        this.#link.took(bytes.length);
      },
      told: (kind, bytes) => this.#told(kind, bytes),
      broken: (reason) => this.#end({ ...LOST, lost: reason }),
    });
    this.readable = new ReadableStream({
      type: "bytes",
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.#chunks.length = 0;
      },
    });
    this.writable = new WritableStream({
      write: (bytes) => this.#link.write(bytes),
      close: () => this.#link.tell("close"),
    });
  }

  /**
   * Has the agent start the child; resolves when it is started.
   *
   * @throws {Error} if the agent did not start it; the message is a clause.
   */
  async start(message: SetupMessage, bundle: () => Promise<Uint8Array>): Promise<void> {
    this.#link.beat();
    this.#link.tell("setup", bytesOf(message));
    const { agent } = this.place;
    try {
      const module = await this.#answer.promise;
      this.place = { agent, module: module === "wanted" ? "sent" : module };
      if (module === "wanted") this.#link.tell("bundle", await bundle());
      await this.#started.promise;
    } catch (error) {
      this.kill("SIGKILL");
      throw new Error(`on agent ${agent}: ${errorText(error)}`, { cause: error });
    }
  }

  kill(signal: ProcessSignal): void {
    this.#link.tell("signal", new TextEncoder().encode(signal));
  }

  #told(kind: LinkTelling, bytes: Uint8Array): void {
    switch (kind) {
      case "module": {
        const answer = answerFrom(bytes);
        return answer === undefined ? this.#refuse() : this.#answer.resolve(answer);
      }
      case "started":
        return this.#started.resolve();
      case "ended": {
        const end = endFrom(bytes);
        return end === undefined ? this.#refuse() : this.#end(end);
      }
      default:
        return this.#refuse();
    }
  }

  #refuse(): void {
    this.#end({ ...LOST, lost: `agent ${this.place.agent} broke the protocol` });
  }

  #end(status: ChildStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#link.close();
    const { lost, signal, code } = status;
    const reason = new Error(lost ?? (signal === null ? `it exited with code ${code}` : `it was killed by ${signal}`));
    for (const { reject } of [this.#answer, this.#started]) reject(reason);
    this.#more?.resolve();
    this.#status.resolve(status);
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    if (this.#chunks.length === 0 && !this.#isOver) {
      this.#more = Promise.withResolvers();
      await this.#more.promise;
      this.#more = undefined;
    }
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#link.took(chunk.length);
      return controller.enqueue(chunk);
    }
    controller.close();
    controller.byobRequest?.respond(0);
  }
}
