/**
 * A service in a thread: the guest's part.
 *
 * - It is loaded when a guest gets its first job of that kind: a guest loads only what its jobs need.
 *
 * @example
 * ```ts
 * import { ThreadServing } from "./thread_serving.ts";
 *
 * // A guest makes one of a job, awaits its start and its serve, and hands it the values that are moved here.
 * if (typeof ThreadServing.prototype.arrived !== "function") throw new Error("values arrive");
 * ```
 *
 * @module
 */

import type { GuestPhase } from "../../errors.ts";
import { SharedMemory } from "../../memory/mod.ts";
import { holdEventLoop, now } from "../clock.ts";
import { blockExports, BLOCKS, type Exports } from "../system/reference.ts";
import type { Transferable } from "./service.ts";
import { ServiceGuest } from "./guest.ts";
import type { FromThread, ThreadService } from "../thread_messages.ts";
import { ThreadPipe } from "../thread_pipe.ts";

/** See the module. */
export class ThreadServing {
  readonly #job: ThreadService;
  readonly #pipe: ThreadPipe;
  readonly #memory: SharedMemory | undefined;
  #service: ServiceGuest | undefined;

  /** Attaches to the pipes and the memory of a job; `post` sends a message to the host. */
  constructor(job: ThreadService, post: (message: FromThread, transfer?: readonly Transferable[]) => void) {
    const { requests, replies, memory, message: { shared } } = job;
    this.#job = job;
    this.#pipe = new ThreadPipe({ requests, replies, post });
    if (memory === undefined || shared === undefined) return;
    this.#memory = SharedMemory.attach(memory, { clock: now, guest: shared.task, hold: holdEventLoop });
  }

  /** Makes the service; `phase` is told how far it is, for errors. */
  async start(phase: (phase: GuestPhase) => void): Promise<void> {
    const { module, message } = this.#job;
    const exports: Exports = module === BLOCKS ? blockExports() : await import(module);
    phase("construct");
    const memory = this.#memory;
    this.#service = new ServiceGuest(exports, {
      message,
      mode: "thread",
      pipe: this.#pipe,
      ...memory === undefined ? {} : { memoryFor: () => memory },
    });
    await this.#service.start();
  }

  /** Serves until it is told to stop. */
  async serve(): Promise<void> {
    await this.#service?.serve();
  }

  /** Takes note of a value that was moved here. */
  arrived(value: unknown): void {
    this.#pipe.arrived(value);
  }

  /** Says that the guest ends of what was thrown. */
  crash(thrown: unknown): void {
    this.#service?.crash(thrown);
  }

  /** Says that the service is over. */
  end(): void {
    this.#memory?.control.acknowledge();
  }
}
