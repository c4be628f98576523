/**
 * The things shared between a host and its serving guests.
 *
 * - They lie in a shared memory of the host in every mode: threads attach to it, a subprocess requests each call, and
 *   in direct mode functions use it directly.
 * - Each side makes the description itself, by calling a function of the module, so only names are sent.
 * - A task number belongs to one guest at a time. When a guest has ended, what it held passes on to the waiters.
 * - A guest that requests each call waits here. When nobody needs the answer anymore, `leave` undoes that wait.
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
import { decodeRequest, encodeAnswer, requestSteps } from "./memory_request.ts";
import { holdEventLoop, now } from "../../platform/mod.ts";
import { Recovery } from "./recovery.ts";
import { HOST_LANES, kindsOf, type LaneCounts, LANES, type ThingsMessage } from "./view.ts";

/** The requests of a guest that does not attach. */
interface Asking {
  /** Its view of the things. */
  readonly things: Things;
  /** Ends its waits. */
  readonly stop: AbortController;
  /** The answer to its last request; a guest makes one request at a time. */
  answer: Promise<Uint8Array>;
}

/** How many tasks share things, and how they wait. */
export interface ShareOptions extends LaneCounts {
  /** The number of tasks, not counting the caller. */
  readonly tasks: number;
  /** How long a wait spins on its word before it sleeps, in microseconds, at most 20; 0 by default. */
  readonly spin?: number;
}

const NOTHING = Promise.resolve(new Uint8Array(0));

/** The things shared between a host and its serving guests. */
export class ServiceShare<S extends Shareables = Shareables> {
  /** The host's view, as steps. */
  readonly shared: Shared<S>;
  /** The host's view, as promises. */
  readonly promised: Views<S, "promised">;
  /** The memory. */
  readonly memory: SharedMemory;
  /** What other sides receive about the things. */
  readonly message: ThingsMessage;
  readonly #space: Space<S>;
  readonly #recovery: Recovery;
  readonly #asking = new Map<number, Asking>();

  /** Creates the memory. */
  constructor(things: S, { tasks, lanesPerTask = LANES, hostLanes = HOST_LANES, spin = 0 }: ShareOptions) {
    this.#space = new Space(things, { tasks, lanesPerTask, hostLanes });
    this.message = { tasks, lanesPerTask, hostLanes, words: this.#space.layout.wordCount, kinds: kindsOf(things) };
    this.memory = SharedMemory.create(this.#space.layout, { guests: tasks, clock: now, spin, hold: holdEventLoop });
    runBlocking(this.memory, this.#space.initialize());
    this.shared = this.#space.bind(this.memory);
    this.promised = promisedViews(this.shared);
    this.#recovery = new Recovery(this.#space, this.memory);
  }

  /** Lets a guest take the place of one that is gone. */
  admit(task: number): void {
    this.memory.control.admit(task);
  }

  /** The view of a guest that runs in the host's realm. */
  bind(task: number): Attached<S> {
    return this.#space.attach(this.memory, { task });
  }

  /** Answers a request of a guest that does not attach; rejects with a `ProtocolError` if it is not a valid request. */
  answer(task: number, request: Uint8Array): Promise<Uint8Array> {
    let asking = this.#asking.get(task);
    if (asking === undefined) {
      asking = { things: this.bind(task).things, stop: new AbortController(), answer: NOTHING };
      this.#asking.set(task, asking);
    }
    return asking.answer = this.#answer(request, asking);
  }

  /** Declares that nobody needs the answer to a guest's request anymore; resolves when its wait has been undone. */
  async leave(task: number): Promise<void> {
    const asking = this.#asking.get(task);
    if (asking === undefined) return;
    asking.stop.abort(new StoppedError("Cannot wait: the guest has ended, one that hears the answer is wanted"));
    await asking.answer.catch(() => {});
    if (this.#asking.get(task) === asking) this.#asking.delete(task);
  }

  /** Reports that a guest has ended, with its error if it failed; resolves when what it held has passed on. */
  async ended(task: number, far: FarError | undefined): Promise<void> {
    await this.leave(task);
    await this.#recovery.endedAsync(task, far);
  }

  async #answer(bytes: Uint8Array, { things, stop: { signal } }: Asking): Promise<Uint8Array> {
    try {
      const request = decodeRequest(bytes, things);
      if (request.kind === "ticket") return encodeAnswer({ value: this.memory.ticket() });
      const steps = requestSteps(request, things);
      return encodeAnswer({ value: await runAsynchronous(this.memory, steps, { signal }) });
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      return encodeAnswer({ error });
    }
  }
}
