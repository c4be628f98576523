/**
 * Shared things of guests that serve, and of their host.
 *
 * - They lie in a shared memory of the host, whatever the mode: threads attach to it, a subprocess asks for each call, and
 *   in direct mode functions run on it beside the host.
 * - Each side makes the description anew: it is what a function of the module returns, so nothing but names travels.
 * - A task is a place for one guest at a time. When a guest has ended, what it held goes on to those who wait.
 * - A guest that asks waits here. When nobody hears the answer any more, that wait is undone: `leave`.
 */

import { type FarError, ProtocolError, StoppedError } from "../../errors.ts";
import { runAsynchronous, runBlocking, SharedMemory } from "../../memory/mod.ts";
import {
  type Attached,
  promisedViews,
  type Shareables,
  type Shared,
  Space,
  type Things,
  type Views,
} from "../../sync/mod.ts";
import { askedSteps, decodeAsked, encodeAnswer } from "./asked.ts";
import { holdEventLoop, now } from "../../platform/mod.ts";
import { Recovery } from "./recovery.ts";
import { HOST_LANES, kindsOf, type LaneCounts, LANES, type ThingsMessage } from "./view.ts";

/** What a guest asks that has no memory. */
interface Asking {
  /** Its view of the things. */
  readonly things: Things;
  /** Ends its waits. */
  readonly stop: AbortController;
  /** The answer to what it asked last: a guest asks one thing at a time. */
  answer: Promise<Uint8Array>;
}

/** How many share things. */
export interface ShareOptions extends LaneCounts {
  /** How many tasks, besides the caller. */
  readonly tasks: number;
  /** For how many microseconds a wait looks at its word before it sleeps, at most 20; 0 by default. */
  readonly spin?: number;
}

const NOTHING = Promise.resolve(new Uint8Array(0));

/** Shared things of guests that serve, and of their host. */
export class ServiceShare<S extends Shareables = Shareables> {
  /** The host's view, in steps. */
  readonly shared: Shared<S>;
  /** The same by promise. */
  readonly promised: Views<S, "promised">;
  /** The memory. */
  readonly memory: SharedMemory;
  /** What other sides are told of the things. */
  readonly message: ThingsMessage;
  readonly #space: Space<S>;
  readonly #recovery: Recovery;
  readonly #asking = new Map<number, Asking>();

  /** Makes the memory. */
  constructor(things: S, { tasks, lanesPerTask = LANES, hostLanes = HOST_LANES, spin = 0 }: ShareOptions) {
    this.#space = new Space(things, { tasks, lanesPerTask, hostLanes });
    this.message = { tasks, lanesPerTask, hostLanes, words: this.#space.layout.wordCount, kinds: kindsOf(things) };
    this.memory = SharedMemory.create(this.#space.layout, { guests: tasks, clock: now, spin, hold: holdEventLoop });
    runBlocking(this.memory, this.#space.initialize());
    this.shared = this.#space.bind(this.memory);
    this.promised = promisedViews(this.shared);
    this.#recovery = new Recovery(this.#space, this.memory);
  }

  /** Lets a guest have the place of one that is gone. */
  admit(task: number): void {
    this.memory.control.admit(task);
  }

  /** A guest's view, for one that runs beside the host. */
  bind(task: number): Attached<S> {
    return this.#space.attach(this.memory, { task });
  }

  /** Answers what a guest asks that has no memory; rejects with a `ProtocolError` where it is nothing that can be asked. */
  answer(task: number, asked: Uint8Array): Promise<Uint8Array> {
    let asking = this.#asking.get(task);
    if (asking === undefined) {
      asking = { things: this.bind(task).things, stop: new AbortController(), answer: NOTHING };
      this.#asking.set(task, asking);
    }
    return asking.answer = this.#answer(asked, asking);
  }

  /** Says that nobody hears what a guest is answered any more: resolves when the wait in which it is has been undone. */
  async leave(task: number): Promise<void> {
    const asking = this.#asking.get(task);
    if (asking === undefined) return;
    asking.stop.abort(new StoppedError("Cannot wait: the guest has ended, one that hears the answer is wanted"));
    await asking.answer.catch(() => {});
    if (this.#asking.get(task) === asking) this.#asking.delete(task);
  }

  /** Says that a guest has ended, and what with, where it failed: resolves when what it held has gone on. */
  async ended(task: number, far: FarError | undefined): Promise<void> {
    await this.leave(task);
    await this.#recovery.endedAsync(task, far);
  }

  async #answer(bytes: Uint8Array, { things, stop: { signal } }: Asking): Promise<Uint8Array> {
    try {
      const asked = decodeAsked(bytes, things);
      if (asked.kind === "ticket") return encodeAnswer({ value: this.memory.ticket() });
      const steps = askedSteps(asked, things);
      return encodeAnswer({ value: await runAsynchronous(this.memory, steps, { signal }) });
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      return encodeAnswer({ error });
    }
  }
}
