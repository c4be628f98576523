/**
 * A semaphore: a number of permits that any task may take and give back, several at once if wanted.
 *
 * - Waiters are served first in, first out: a small request does not overtake a larger one that waits.
 * - `bounded`: a release above the initial value throws and changes nothing.
 * - Permits held by a guard come back when its task ends without returning them; permits acquired without a guard do
 *   not, because they may serve as a signal.
 * - Invariant: free permits + permits taken and not given back = the initial value + all raw releases; the first waiter
 *   in the queue wants more than are free.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { semaphore } from "./semaphore.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ tellers: semaphore(2) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const tellers = blocking(space.bind(memory, { task: 0 }).tellers);
 * {
 *   using _held = tellers.hold();
 *   if (tellers.tryAcquire(2)) throw new Error("only one permit is left");
 * }
 * if (!tellers.tryAcquire(2)) throw new Error("disposing the guard gives its permit back");
 * ```
 */

import { StateError, WaitTimeoutError } from "../errors.ts";
import { add, call, load, markBegun, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import type { Shareable } from "./space.ts";
import { NOBODY, Refusal, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, FOREVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** How long to wait, and how many permits to take. */
export interface PermitOptions extends WaitOptions {
  /** The number of permits; 1 by default. */
  readonly permits?: number | undefined;
}

/** Statistics of a semaphore. */
export interface SemaphoreStatistics {
  /** How many permits are free. */
  readonly permits: number;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

/** The most permits of a semaphore. */
export const MOST_PERMITS = 2 ** 29 - 1;
/** Added to a request whose permits a guard will hold. */
const HELD = 2 ** 29;

/** Declares a semaphore with `initial` permits. */
export function semaphore(initial: number): Shareable<Semaphore> {
  return shareable(initial, false);
}

/** Declares a semaphore that never has more than its `initial` permits. */
export function boundedSemaphore(initial: number): Shareable<Semaphore> {
  return shareable(initial, true);
}

function shareable(initial: number, bounded: boolean): Shareable<Semaphore> {
  if (!(Number.isSafeInteger(initial) && initial >= 0 && initial <= MOST_PERMITS)) {
    throw new RangeError(
      `Cannot make a semaphore: of ${initial} permits, a whole number from 0 to ${MOST_PERMITS} is wanted`,
    );
  }
  return {
    kind: bounded ? "boundedSemaphore" : "semaphore",
    reserve(space, name) {
      const place = {
        name,
        initial,
        bounded,
        permits: space.word(`${name}.permits`, initial),
        held: space.words(`${name}.held`, space.tasks),
        queue: reserveWaitQueue(space, name),
      };
      return (binding) => new Semaphore(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  readonly initial: number;
  readonly bounded: boolean;
  /** The free permits. */
  readonly permits: number;
  /** For each task: the permits that its guards hold. */
  readonly held: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Semaphore & string)[] = [
  "acquire",
  "tryAcquire",
  "release",
  "acquireHeld",
  "releaseHeld",
  "statistics",
];

/** A semaphore: a number of permits that any task may take and give back, several at once if wanted. */
export class Semaphore implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #queue: WaitQueue;

  /** Made by {@linkcode semaphore} and {@linkcode boundedSemaphore}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#binding = binding;
    this.#place = place;
    this.#queue = new WaitQueue(binding, place.queue, {
      settle: () => this.#settle(),
      undo: (answer, lane) => this.#undo(answer, lane),
    });
  }

  /** Takes permits, waiting if necessary; `false` on a timeout. */
  acquire(options?: PermitOptions): Steps<boolean> {
    const permits = this.#check("acquire", options);
    return call(
      { kind: "call", object: this.name, method: "acquire", args: argsOf(options) },
      this.#acquire(permits, options),
    );
  }

  /** Takes permits only if they are free and nobody waits. */
  tryAcquire(permits: number = 1): Steps<boolean> {
    this.#check("acquire", { permits });
    const body = this.#acquire(permits, { timeout: 0 });
    return call({ kind: "call", object: this.name, method: "tryAcquire", args: [permits] }, body);
  }

  /**
   * Gives permits back, or adds new ones.
   *
   * @throws {StateError} if a bounded semaphore would exceed its initial value.
   */
  release(permits: number = 1): Steps<void> {
    this.#check("release", { permits });
    return call({ kind: "call", object: this.name, method: "release", args: [permits] }, this.#release(permits));
  }

  /**
   * Takes permits, waiting if necessary; the returned guard gives them back when disposed.
   *
   * @throws {WaitTimeoutError} if the wait times out.
   */
  hold(options?: PermitOptions): Steps<PermitGuard> {
    return this.#guarded(this.acquireHeld(options), options);
  }

  /** Takes permits for a guard: they come back if the task dies. */
  acquireHeld(options?: PermitOptions): Steps<boolean> {
    const permits = this.#check("acquire", options);
    const body = this.#acquire(permits + HELD, options);
    return call({ kind: "call", object: this.name, method: "acquireHeld", args: [options] }, body);
  }

  /**
   * Gives back permits that a guard held.
   *
   * @throws {StateError} if the task's guards hold fewer.
   */
  releaseHeld(permits: number): Steps<void> {
    this.#check("release", { permits });
    const body = this.#release(permits + HELD);
    return call({ kind: "call", object: this.name, method: "releaseHeld", args: [permits] }, body);
  }

  /** Its current statistics. */
  statistics(): Steps<SemaphoreStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#queue.look(() => this.#statistics()),
    );
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    yield* this.#queue.recover(task, () => this.#takeBack(task));
  }

  *#acquire(request: number, options: PermitOptions | undefined): Steps<boolean> {
    const patience = options === undefined ? FOREVER : yield* parkOptions(options);
    return (yield* this.#queue.obtain(() => this.#tryTake(request), request, patience)) !== 0;
  }

  /** Inside: takes the requested permits if nobody waits. */
  *#tryTake(request: number): Steps<number> {
    if ((yield* this.#queue.waiters()) > 0 && (yield* this.#queue.first()) !== NOBODY) return 0;
    return yield* this.#take(request, this.#binding.task);
  }

  #release(request: number): Steps<void> {
    return this.#queue.inside(() => this.#giveBack(request));
  }

  /** Inside: gives permits back, or returns why that is not allowed. */
  *#giveBack(request: number): Steps<Refusal | void> {
    const { permits, initial, bounded } = this.#place;
    const held = this.#place.held + this.#binding.task;
    const given = permitsOf(request);
    const free = yield* load(permits);
    const most = bounded ? initial : MOST_PERMITS;
    const mine = request === given ? given : yield* load(held);
    const act = `Cannot release ${given} of ${this.name}`;
    if (given > mine) return new Refusal(new StateError(`${act}: its guards hold ${mine}, as many are wanted`));
    if (free + given > most) {
      return new Refusal(new StateError(`${act}: ${free} of ${most} permits are free, as many taken ones are wanted`));
    }
    if (request !== given) yield* store(held, mine - given);
    yield* store(permits, free + given);
    yield* this.#settle();
  }

  /** Inside: takes the requested permits and returns the request; returns 0 if too few are free. */
  *#take(request: number, task: number): Steps<number> {
    const { permits, held } = this.#place;
    const wanted = permitsOf(request);
    const free = yield* load(permits);
    if (wanted > free) return 0;
    yield* store(permits, free - wanted);
    if (request !== wanted) yield* add(held + task, wanted);
    return request;
  }

  *#settle(): Steps<void> {
    for (;;) {
      const first = yield* this.#queue.first();
      if (first === NOBODY) return;
      const request = yield* this.#queue.request(first);
      if ((yield* this.#take(request, this.#queue.taskOf(first))) === 0) return;
      yield* this.#queue.grant(first, request);
    }
  }

  *#undo(request: number, lane: number): Steps<void> {
    const given = permitsOf(request);
    yield* add(this.#place.permits, given);
    if (request !== given) yield* add(this.#place.held + this.#queue.taskOf(lane), -given);
  }

  /** Inside: takes back the permits that the guards of a dead task held. */
  *#takeBack(task: number): Steps<void> {
    const { permits, held } = this.#place;
    const given = yield* load(held + task);
    yield* store(held + task, 0);
    yield* add(permits, given);
  }

  /** Inside. */
  *#statistics(): Steps<SemaphoreStatistics> {
    return { permits: yield* load(this.#place.permits), waiters: yield* this.#queue.waiters() };
  }

  #check(act: string, options: PermitOptions | undefined): number {
    checkWaitOptions(`${act} ${this.name}`, options);
    const { bounded, initial } = this.#place;
    const permits = options?.permits ?? 1;
    // A request for more permits than can ever exist would block itself and everybody behind it.
    const most = bounded ? initial : MOST_PERMITS;
    if (Number.isSafeInteger(permits) && permits >= 1 && permits <= most) return permits;
    throw new RangeError(`Cannot ${act} ${permits} of ${this.name}: a whole number from 1 to ${most} is wanted`);
  }

  *#guarded(acquire: Steps<boolean>, options: PermitOptions | undefined): Steps<PermitGuard> {
    if (yield* acquire) return new PermitGuard(this, this.#binding, options?.permits ?? 1);
    throw new WaitTimeoutError(`Cannot acquire ${this.name}: its permits are taken, a release in time is wanted`);
  }
}

function permitsOf(request: number): number {
  return request & (HELD - 1);
}

/** Holds permits until disposed; disposing twice is harmless. */
export class PermitGuard implements Disposable {
  readonly #semaphore: Semaphore;
  readonly #binding: Binding;
  #permits: number;

  /** Made by {@linkcode Semaphore.hold}. */
  constructor(semaphore: Semaphore, binding: Binding, permits: number) {
    this.#semaphore = semaphore;
    this.#binding = binding;
    this.#permits = permits;
  }

  /** Gives the permits back. */
  [Symbol.dispose](): void {
    const permits = this.#permits;
    this.#permits = 0;
    if (permits > 0) this.#binding.memory.release(markBegun(this.#semaphore.releaseHeld(permits)));
  }
}
