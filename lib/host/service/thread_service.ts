/**
 * A service in thread mode: calls and answers go through two pipes of shared memory, and a message is a bell.
 *
 * - The guest rings once when this side has nothing more to read, so a busy host is not disturbed: the more it is behind,
 *   the more it takes at once.
 * - Whatever ended the guest, the answers that it gave are read before its end is told.
 *
 * @example
 * ```ts
 * import { Host } from "../host.ts";
 *
 * await using host = new Host();
 * const link = await host.serve({
 *   name: "a",
 *   module: "data:text/javascript,export const twice = (n) => 2 * n",
 *   initializer: undefined,
 *   shared: undefined,
 *   timeout: undefined,
 * }, { mode: "thread", listener: { answered: (answer) => answers.push(answer), settled() {}, reported() {}, ended() {} } });
 * const answers: unknown[] = [];
 * link.call({ index: 0, chunk: false, argument: 5, transfer: [] });
 * link.flush();
 * while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve));
 * await link.finish();
 * if (JSON.stringify(answers) !== '[{"kind":"value","value":10}]') throw new Error("10 is wanted");
 * ```
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { GuestDiedError, GuestError, UncloneableError } from "../../errors.ts";
import { Encoder } from "../../codec/mod.ts";
import { BytePipe } from "../../memory/mod.ts";
import { Outbox } from "../outbox.ts";
import { FrameCursor } from "../frame_cursor.ts";
import { callChannel, type ServiceCall, type ServiceJob, type ServiceLink, type ServiceListener } from "./service.ts";
import { ServiceFrames } from "./frames.ts";
import type { ThreadGuest } from "../thread_host.ts";
import type { WarmGuests } from "../warm_guests.ts";

/** How many bytes are under way in each direction. */
const CAPACITY = 1 << 18;
const CHUNK = 65536;
/** How many chunks are read without a turn of the event loop. */
const MOST_CHUNKS = 32;
const NOTHING = new Uint8Array(0);

/** Starts a service in a worker, or takes a warm one. */
export async function serveThread(
  job: ServiceJob,
  { warm, listener, closing }: {
    readonly warm: WarmGuests<ThreadGuest>;
    readonly listener: ServiceListener;
    readonly closing: AbortSignal;
  },
): Promise<ServiceLink> {
  return await warm.hand(job.module, async (guest) => {
    const link = new ThreadServiceLink(guest, { job, warm, listener, closing });
    await link.start();
    return link;
  });
}

class ThreadServiceLink implements ServiceLink {
  readonly guest: string;
  exports: readonly string[] = [];
  messages = 0;
  readonly #guest: ThreadGuest;
  readonly #job: ServiceJob;
  readonly #warm: WarmGuests<ThreadGuest>;
  readonly #requests = BytePipe.create(CAPACITY);
  readonly #replies = BytePipe.create(CAPACITY);
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #cursor = new FrameCursor();
  readonly #outbox = new Outbox();
  readonly #encoder = new Encoder();
  readonly #frames: ServiceFrames;
  /** Values that were moved here, and whether the frame at hand waits for one that is on its way. */
  readonly #moved: unknown[] = [];
  #awaitsMoved = false;
  #open = true;
  /** Whether the guest has come back from its job. */
  #isBack = false;
  readonly #closing: AbortSignal;
  readonly #onClosing = () => {
    this.#end(new GuestDiedError({ guest: this.guest, mode: "thread", cause: "its host was closed" }));
  };

  constructor(
    guest: ThreadGuest,
    { job, warm, listener, closing }: {
      job: ServiceJob;
      warm: WarmGuests<ThreadGuest>;
      listener: ServiceListener;
      closing: AbortSignal;
    },
  ) {
    this.#closing = closing;
    this.guest = job.name;
    this.#guest = guest;
    this.#job = job;
    this.#warm = warm;
    this.#frames = new ServiceFrames(listener, { exported: (names) => void (this.exports = names) });
  }

  async start(): Promise<void> {
    const { name, module, initializer, shared, timeout, logging } = this.#job;
    const guest = this.#guest;
    guest.name = name;
    guest.onBell = () => this.#turn();
    guest.onMoved = (value) => {
      this.#moved.push(value);
      this.#turn();
    };
    const message = { service: true, name, initializer, shared: shared?.share.message(shared.task), logging } as const;
    try {
      const failed = await guest.begin({
        kind: "service",
        module,
        message,
        requests: this.#requests.handle,
        replies: this.#replies.handle,
        memory: shared?.share.memory.handle,
      }, timeout);
      if (failed !== undefined) throw new GuestError({ guest: name, mode: "thread", ...failed });
      // Word of its end may come together with word that it is ready.
      if (!guest.alive) throw guest.death;
    } catch (error) {
      await this.finish();
      throw error;
    }
    this.#closing.addEventListener("abort", this.#onClosing);
    guest.onEnd = (error) => {
      this.#readAll();
      this.#end(error);
    };
    this.#turn();
  }

  call({ index, chunk, argument, transfer }: ServiceCall): void {
    const channel = callChannel(index, { chunk });
    if (transfer.length === 0) return this.#outbox.add("post", channel, this.#encoder.encode(argument));
    try {
      this.#guest.move(argument, transfer);
    } catch (cause) {
      const is = cause instanceof Error ? cause.message : String(cause);
      throw new UncloneableError(`Cannot move: ${is}, a structured-cloneable value is wanted`, { cause });
    }
    this.#outbox.add("call", channel, NOTHING);
  }

  flush(): void {
    if (this.#outbox.isEmpty) return;
    this.messages++;
    this.#write();
  }

  async abandon({ told }: { readonly told: boolean }): Promise<void> {
    const guest = this.#guest;
    if (this.#open) {
      this.#open = false;
      guest.blamed ||= told;
      await this.finish();
    }
    if (!this.#isBack) await guest.close();
  }

  end(): void {
    const { shared } = this.#job;
    this.#outbox.add("job", 0, NOTHING);
    this.#write();
    if (shared !== undefined) shared.share.memory.control.requestStop(shared.task);
    void this.#guest.close();
  }

  finish(): Promise<void> {
    const finished = this.#finish();
    this.#warm.expect(finished);
    return finished;
  }

  async #finish(): Promise<void> {
    const guest = this.#guest;
    this.#open = false;
    this.#closing.removeEventListener("abort", this.#onClosing);
    const { shared } = this.#job;
    this.#outbox.add("job", 0, NOTHING);
    // A guest that is given up may have more to say, and to hear, than the pipes hold: it comes back when it is through.
    guest.onBell = () => {
      this.#write();
      this.#drain();
    };
    await guest.finish(() => {
      this.#write();
      this.#drain();
      if (shared !== undefined) shared.share.memory.control.requestStop(shared.task);
    });
    guest.onEnd = undefined;
    guest.onMoved = undefined;
    this.#isBack = guest.ready;
    if (guest.ready) guest.onBell = undefined;
    this.#warm.give(guest, this.#job.module);
  }

  /** Writes what there is room for; the rest when the guest rings. */
  #write(): void {
    while (!this.#outbox.isEmpty) {
      const count = this.#requests.write(this.#outbox.waiting);
      this.#outbox.advance(count);
      if (count === 0 && this.#requests.sleeps("writer")) return;
    }
  }

  /** Reads and writes what can be, for a while. */
  #turn(): void {
    this.#write();
    for (let chunks = 0; this.#open && chunks < MOST_CHUNKS; chunks++) {
      if (this.#readChunk()) continue;
      // It goes on when the value arrives.
      if (this.#awaitsMoved || this.#replies.sleeps("reader")) return;
    }
    if (this.#open) setImmediate(() => this.#turn());
  }

  /** Throws away what the guest says. */
  #drain(): void {
    do {
      while (this.#replies.read(this.#chunk) > 0);
    } while (!this.#replies.sleeps("reader"));
  }

  #readAll(): void {
    while (this.#readChunk());
  }

  /** Reads what is there; false where nothing is, or a value is on its way that comes before all else. */
  #readChunk(): boolean {
    if (!this.#tell()) return false;
    const length = this.#replies.read(this.#chunk);
    if (length === 0) return false;
    this.#cursor.feed(this.#chunk.subarray(0, length));
    this.#tell();
    return true;
  }

  /** Tells the frames of the chunk, and that these are all for the moment; false where one waits for a value. */
  #tell(): boolean {
    while (this.#open && (this.#awaitsMoved || this.#cursor.next())) {
      this.#awaitsMoved = this.#cursor.kind === "post" && this.#moved.length === 0;
      if (this.#awaitsMoved) break;
      if (this.#cursor.kind === "post") this.#frames.answer({ kind: "value", value: this.#moved.shift() });
      else this.#frames.hear(this.#cursor);
    }
    if (this.#open) this.#frames.settle();
    return !this.#awaitsMoved;
  }

  #end(error: Error): void {
    if (!this.#open) return;
    this.#open = false;
    this.#frames.end(error);
    void this.finish();
  }
}
