/**
 * A child of process mode on another host: two streams of bytes over a link to its agent.
 *
 * - What its agent says last, its end, is told when all that the child said before has been read.
 * - What it prints goes to this process's stderr, as on one host; nothing in it moves a terminal's cursor.
 * - Where the link breaks the child counts as ended, and the status says why.
 */

import { type Child, type ChildStatus, type FarPlace, platform, type ProcessSignal } from "../platform/mod.ts";
import { errorText } from "../errors.ts";
import { Link, type LinkOptions, type LinkTelling } from "./link.ts";
import { answerFrom, bytesOf, endFrom, type ModuleAnswer, type SetupMessage } from "./message.ts";
import type { Connection } from "./nats.ts";

/** How it ended that a link broke: the agent may still have it for a moment. */
const LOST = { code: 1, signal: null } as const;

/** What is no text, in what a guest prints. */
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
  /** What came and was not read, and who waits for more. */
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #more: PromiseWithResolvers<void> | undefined;
  #isOver = false;
  /** A character may be cut. */
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
        platform.complain(this.#text.decode(bytes, { stream: true }).replaceAll(UNPRINTABLE, ""));
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
   * Has the agent start it; resolves when it is there.
   *
   * @throws {Error} with a clause for a message, where the agent did not start it.
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
    this.#end({ ...LOST, lost: `agent ${this.place.agent} said something that is none of the protocol's` });
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
