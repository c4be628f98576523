/**
 * The host's view of one thread guest: its job, its end, and how to stop it.
 *
 * - Invariant: after `hello` the host is queued for the guest's Web Lock; it is granted when the guest ends, whatever
 *   ended it (`close`, `Deno.exit`, an uncaught error), and at no other time.
 *
 * @example
 * ```ts
 * import { ThreadGuest } from "./thread_host.ts";
 *
 * const guest = new ThreadGuest();
 * await guest.close();
 * if (guest.alive) throw new Error("it has ended");
 * ```
 *
 * @module
 */

import { type FarError, GuestDiedError, type GuestPhase, GuestTimeoutError } from "../errors.ts";
import { turn } from "./clock.ts";
import { threadGuestUrl } from "./guest_source.ts";
import type { FromThread, TaskDone, ThreadJob, ThreadService, ThreadTask, ToThread } from "./thread_messages.ts";
import { whileLocked } from "./web_locks.ts";
import type { Transferable } from "./service/service.ts";
import type { KeptGuest } from "./warm_guests.ts";

/** How long a guest may take to come back after its stop, in milliseconds. */
const GRACE = 500;
/** How often the stop of a guest is repeated, in milliseconds. */
const REPEAT = 2;

/** Tells this copy of the library from others in this process and in others. */
const REALM = `holdfast ${Deno.pid} ${performance.timeOrigin + performance.now()}`;
let started = 0;

/** See the module. */
export class ThreadGuest implements KeptGuest {
  /** The name in errors: that of the present job. */
  name = "thread";
  /** Whether an error about its silence was given to the caller. */
  blamed = false;
  /** Told once when the guest ends while it has a job. */
  onEnd: ((error: GuestDiedError) => void) | undefined;
  /** Told how a task of a program ended. */
  onDone: ((done: TaskDone) => void) | undefined;
  /** Told when the pipes of its service have something to read, or room. */
  onBell: (() => void) | undefined;
  /** Told of a value that its service moves. */
  onMoved: ((value: unknown) => void) | undefined;

  readonly #worker: Worker;
  readonly #ended = Promise.withResolvers<void>();
  #alive = true;
  #working = false;
  #uncaught: string | undefined;
  #ready: PromiseWithResolvers<{ phase: GuestPhase; far: FarError } | undefined> | undefined;
  #idle = Promise.withResolvers<void>();

  /** Starts a worker. */
  constructor() {
    const lock = `${REALM}, guest ${started++}`;
    this.#worker = new Worker(threadGuestUrl(), { type: "module", name: lock });
    this.#worker.onmessage = ({ data }: MessageEvent<FromThread>) => this.#hear(data, lock);
    this.#worker.onerror = (event) => {
      // Without this the error would end the whole process.
      event.preventDefault();
      this.#uncaught = event.message;
      this.#end();
    };
  }

  /** Whether it has not ended. */
  get alive(): boolean {
    return this.#alive;
  }

  /** How it ended. */
  get death(): GuestDiedError {
    const cause = this.#uncaught === undefined ? "it ended by itself" : `it threw outside its job (${this.#uncaught})`;
    return new GuestDiedError({ guest: this.name, mode: "thread", cause });
  }

  /** Whether it waits for a job. */
  get ready(): boolean {
    return this.#alive && !this.#working;
  }

  /** Hands it a job and resolves when it has made its system, or with what its code threw. */
  async begin(
    job: ThreadJob | ThreadTask | ThreadService,
    timeout: number | undefined,
  ): Promise<{ phase: GuestPhase; far: FarError } | undefined> {
    this.#working = true;
    this.#idle = Promise.withResolvers();
    this.#ready = Promise.withResolvers();
    if (!this.#alive) throw this.death;
    this.#send(job);
    if (timeout === undefined) return await this.#ready.promise;
    const timer = setTimeout(() => {
      this.blamed = true;
      this.#ready?.reject(new GuestTimeoutError({ guest: this.name, mode: "thread", seconds: timeout }));
    }, timeout * 1000);
    try {
      return await this.#ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops its job: `stop` asks it to, again and again until it is idle, has ended, or the grace is over. */
  async finish(stop: () => void): Promise<void> {
    if (!this.#working || !this.#alive) return;
    const over = Promise.withResolvers<void>();
    let left = GRACE / REPEAT;
    const timer = setInterval(() => {
      if (left-- > 0) stop();
      else over.resolve();
    }, REPEAT);
    stop();
    await Promise.race([this.#idle.promise, this.#ended.promise, over.promise]);
    clearInterval(timer);
  }

  /** Sends its service a value and moves parts of it; throws where it cannot be cloned. */
  move(value: unknown, transfer: readonly Transferable[]): void {
    this.#worker.postMessage({ kind: "moved", value } satisfies ToThread, [...transfer]);
  }

  /** Asks it to end and resolves when it has ended: one that works hears of it when it is back at its loop. */
  async close(): Promise<void> {
    if (!this.#alive) return;
    this.#send({ kind: "close" });
    await this.#ended.promise;
  }

  #hear(message: FromThread, lock: string): void {
    switch (message.kind) {
      case "hello":
        // Granted when the guest, which holds it, is gone. What it said last may be one turn behind.
        void whileLocked(lock, () => void turn().then(() => this.#end()));
        break;
      case "ready":
        this.#ready?.resolve(undefined);
        break;
      case "failed":
        // What is thrown outside a job ends the guest, and nobody waits for an answer then.
        if (message.phase === "run") this.#uncaught = `${message.far.name}: ${message.far.message}`;
        else this.#ready?.resolve(message);
        break;
      case "done":
        this.onDone?.(message);
        break;
      case "bell":
        this.onBell?.();
        break;
      case "moved":
        this.onMoved?.(message.value);
        break;
      case "idle":
        this.#working = false;
        this.#idle.resolve();
        break;
    }
  }

  #end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    const error = this.death;
    this.#ready?.reject(error);
    this.onEnd?.(error);
    this.#ended.resolve();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
