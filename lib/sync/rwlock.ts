/**
 * A lock for many readers or one writer.
 *
 * - Waiters are served first in, first out: a waiting writer holds up readers that come later, and adjacent readers in
 *   the queue enter together.
 * - A release by a task that does not hold the lock throws. A task that reads and acquires another read while a writer
 *   waits deadlocks with itself.
 * - The reads of a task that dies are ended. If a writer dies, the next holder gets the lock alone, with an
 *   `OwnerDiedError`, and calls `markConsistent` once what the lock protects is consistent again. Releasing it without
 *   that makes it useless for everyone: `NotRecoverableError`.
 * - Invariant: writer = 0 or readers = 0; readers = the sum of reading[task]; DIED => at most one holder, who repairs;
 *   somebody is queued => the first in the queue cannot enter.
 *
 * Longer than most files because readers and writers each have their own entry and exit over the same words.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { rwlock } from "./rwlock.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ table: rwlock() }, { tasks: 2 });
 * const memory = new ModelMemory(space.layout);
 * const one = blocking(space.bind(memory, { task: 0 }).table);
 * const other = blocking(space.bind(memory, { task: 1 }).table);
 * {
 *   using _mine = one.read();
 *   using _theirs = other.read();
 *   if (one.tryAcquireWrite()) throw new Error("there are readers");
 * }
 * if (!one.tryAcquireWrite()) throw new Error("the readers have left");
 * ```
 */

import { NotRecoverableError, OwnerDiedError, StateError } from "../errors.ts";
import { add, call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { type Acquired, guarded, type LockGuard } from "./lock_guard.ts";
import type { Shareable } from "./space.ts";
import type { Viewing } from "./view.ts";
import { NOBODY, Refusal, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, FOREVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** Statistics of a readers-writer lock. */
export interface RWLockStatistics {
  /** How many reads are in progress. */
  readonly readers: number;
  /** The number of the task that writes, if any. */
  readonly writer: number | undefined;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

/** What a waiter requests and is granted; DIED is added if a writer has died. */
const READ = 1;
const WRITE = 2;
const DIED = 4;
/** The answer if the lock is useless. */
const USELESS = 8;

/** The states. */
const SOUND = 0;
const WRITER_DIED = 1;
const LOST = 2;

/** Declares a readers-writer lock. */
export function rwlock(): Shareable<RWLock> {
  return {
    kind: "rwlock",
    reserve(space, name) {
      const place = {
        name,
        tasks: space.tasks,
        writer: space.word(`${name}.writer`),
        readers: space.word(`${name}.readers`),
        reading: space.words(`${name}.reading`, space.tasks),
        state: space.word(`${name}.state`),
        dead: space.word(`${name}.dead`),
        queue: reserveWaitQueue(space, name),
      };
      return (binding) => new RWLock(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  readonly tasks: number;
  /** The number of the task that writes, plus 1. */
  readonly writer: number;
  /** How many reads are in progress. */
  readonly readers: number;
  /** For each task: how many of these reads are its own. */
  readonly reading: number;
  /** SOUND, WRITER_DIED or LOST. */
  readonly state: number;
  /** The number of the last writer that died, plus 1. */
  readonly dead: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof RWLock & string)[] = [
  "acquireRead",
  "tryAcquireRead",
  "acquireWrite",
  "tryAcquireWrite",
  "releaseRead",
  "releaseWrite",
  "markConsistent",
  "statistics",
];

/** A lock for many readers or one writer. */
export class RWLock implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #queue: WaitQueue;

  /** Made by {@linkcode rwlock}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#binding = binding;
    this.#place = place;
    this.#queue = new WaitQueue(binding, place.queue, {
      settle: () => this.#settle(),
      undo: (answer, lane) => this.#undo(answer, lane),
    });
  }

  /**
   * Acquires it for reading, waiting if necessary; `false` on a timeout.
   *
   * @throws {NotRecoverableError} if a death made it useless.
   * @throws {CancelledError} if the token is canceled first.
   */
  acquireRead(options?: WaitOptions): Steps<Acquired> {
    return this.#acquireCall("acquireRead", READ, options);
  }

  /** Acquires it for reading only if no task writes or waits. */
  tryAcquireRead(): Steps<Acquired> {
    const body = this.#acquire(READ, { timeout: 0 });
    return call({ kind: "call", object: this.name, method: "tryAcquireRead", args: [] }, body);
  }

  /**
   * Acquires it for writing, waiting if necessary; `false` on a timeout.
   *
   * @throws {NotRecoverableError} if a death made it useless.
   * @throws {CancelledError} if the token is canceled first.
   */
  acquireWrite(options?: WaitOptions): Steps<Acquired> {
    return this.#acquireCall("acquireWrite", WRITE, options);
  }

  /** Acquires it for writing only if no task holds it or waits. */
  tryAcquireWrite(): Steps<Acquired> {
    const body = this.#acquire(WRITE, { timeout: 0 });
    return call({ kind: "call", object: this.name, method: "tryAcquireWrite", args: [] }, body);
  }

  /**
   * Ends a read.
   *
   * @throws {StateError} if the task is not reading.
   */
  releaseRead(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "releaseRead", args: [] }, this.#release(READ));
  }

  /**
   * Ends a write.
   *
   * @throws {StateError} if the task is not writing.
   */
  releaseWrite(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "releaseWrite", args: [] }, this.#release(WRITE));
  }

  /**
   * Acquires it for reading; the returned guard ends the read when disposed.
   *
   * @throws {WaitTimeoutError} if the wait times out.
   */
  read(options?: WaitOptions): Steps<LockGuard> {
    return this.#guarded(this.acquireRead(options), READ);
  }

  /**
   * Acquires it for writing; the returned guard ends the write when disposed.
   *
   * @throws {WaitTimeoutError} if the wait times out.
   */
  write(options?: WaitOptions): Steps<LockGuard> {
    return this.#guarded(this.acquireWrite(options), WRITE);
  }

  /**
   * Declares what it protects consistent again after a writer died.
   *
   * @throws {StateError} if the task does not hold it.
   */
  markConsistent(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "markConsistent", args: [] }, this.#markConsistent());
  }

  /** Its current statistics. */
  statistics(): Steps<RWLockStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#queue.look(() => this.#statistics()),
    );
  }

  /** See {@linkcode Viewing}. */
  static readonly viewing: Viewing<RWLock> = { waits: ["acquireWrite", "write"] };

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    yield* this.#queue.recover(task, () => this.#freeFrom(task));
  }

  /** See {@linkcode SharedThing}. */
  *owners(): Steps<readonly number[]> {
    // A waiter that is being admitted holds the lock before it wakes up; it does not wait for itself.
    if ((yield* load(this.#place.queue.monitor)) !== 0) return [];
    const writer = yield* load(this.#place.writer);
    // A waiter that is being handed the lock holds it before it wakes up; it does not wait for itself.
    if (writer !== 0) return (yield* this.#queue.occupied()) ? [] : [writer - 1];
    // A queued reader waits for a queued writer, which may give up: no cycle through the holders is certain.
    for (let waiter = NOBODY; (waiter = yield* this.#queue.firstAfter(waiter)) !== NOBODY;) {
      if ((yield* this.#queue.request(waiter)) === READ) return [];
    }
    const holders = yield* this.holders();
    return (yield* this.#queue.occupied()) ? [] : holders;
  }

  /** See {@linkcode SharedThing}: nobody overtakes a writer. */
  *ahead(task: number): Steps<readonly number[]> {
    const queue = this.#queue;
    for (let waiter = yield* queue.first(); waiter !== NOBODY; waiter = yield* queue.firstAfter(waiter)) {
      if (queue.taskOf(waiter) === task) break;
      if ((yield* queue.request(waiter)) === WRITE) return [queue.taskOf(waiter)];
    }
    return [];
  }

  /** See {@linkcode SharedThing}. */
  *holders(): Steps<readonly number[]> {
    const { writer, reading, tasks } = this.#place;
    const owner = yield* load(writer);
    if (owner !== 0) return [owner - 1];
    const holders: number[] = [];
    for (let task = 0; task < tasks; task++) if ((yield* load(reading + task)) > 0) holders.push(task);
    return holders;
  }

  /** See {@linkcode SharedThing}. */
  *leaks(): Steps<readonly string[]> {
    const act = (yield* load(this.#place.writer)) !== 0 ? "writing" : "reading";
    return (yield* this.holders()).map((task) => `is held for ${act} by ${this.#binding.nameOf(task)}`);
  }

  #acquireCall(method: string, request: Request, options: WaitOptions | undefined): Steps<Acquired> {
    checkWaitOptions(`acquire ${this.name}`, options);
    return call({ kind: "call", object: this.name, method, args: argsOf(options) }, this.#acquire(request, options));
  }

  *#acquire(request: Request, options: WaitOptions | undefined): Steps<Acquired> {
    const patience = options === undefined ? FOREVER : yield* parkOptions(options);
    return yield* this.#acquired(yield* this.#queue.obtain(() => this.#tryAdmit(request), request, patience));
  }

  /** Inside: admits the running task if nobody waits. */
  *#tryAdmit(request: Request): Steps<number> {
    if ((yield* this.#queue.waiters()) > 0 && (yield* this.#queue.first()) !== NOBODY) return 0;
    return yield* this.#admit(request, this.#binding.task);
  }

  *#acquired(answer: number): Steps<Acquired> {
    if (answer === USELESS) {
      throw new NotRecoverableError(
        `Cannot acquire ${this.name}: a writer died and nobody marked it consistent, a sound lock is wanted`,
      );
    }
    if ((answer & DIED) === 0) return answer !== 0;
    const dead = this.#binding.nameOf((yield* load(this.#place.dead)) - 1);
    return new OwnerDiedError(`Cannot trust what ${this.name} protects: ${dead} died writing, a repair is wanted`);
  }

  /** Inside: admits a task if possible; returns what it is granted, or 0. */
  *#admit(request: number, task: number): Steps<number> {
    const { writer, readers, reading, state } = this.#place;
    const condition = yield* load(state);
    if (condition === LOST) return USELESS;
    if ((yield* load(writer)) !== 0) return 0;
    // A task that repairs is alone, even if it reads.
    if ((request === WRITE || condition === WRITER_DIED) && (yield* load(readers)) > 0) return 0;
    if (request === WRITE) {
      yield* store(writer, task + 1);
    } else {
      yield* add(readers, 1);
      yield* add(reading + task, 1);
    }
    return condition === WRITER_DIED ? request | DIED : request;
  }

  #release(request: Request): Steps<void> {
    return this.#queue.inside(() => this.#end(request));
  }

  /** Inside: ends a read or write of the running task, or returns why it cannot. */
  *#end(request: Request): Steps<Refusal | void> {
    const { writer, readers, state } = this.#place;
    const { task } = this.#binding;
    if (!(yield* this.#holds(request, task))) return this.#notHeld("release", request === WRITE ? "write" : "read");
    yield* this.#leave(request, task);
    const isFree = (yield* load(writer)) === 0 && (yield* load(readers)) === 0;
    if (isFree && (yield* load(state)) === WRITER_DIED) yield* store(state, LOST);
    yield* this.#settle();
  }

  *#holds(request: Request, task: number): Steps<boolean> {
    const { writer, reading } = this.#place;
    return request === WRITE ? (yield* load(writer)) === task + 1 : (yield* load(reading + task)) > 0;
  }

  /** Inside: a holder leaves. */
  *#leave(request: number, task: number): Steps<void> {
    const { writer, readers, reading } = this.#place;
    if (request === WRITE) return yield* store(writer, 0);
    yield* add(readers, -1);
    yield* add(reading + task, -1);
  }

  /** Inside: admits waiters in order, as far as possible. */
  *#settle(): Steps<void> {
    for (;;) {
      const first = yield* this.#queue.first();
      if (first === NOBODY) return;
      const answer = yield* this.#admit(yield* this.#queue.request(first), this.#queue.taskOf(first));
      if (answer === 0) return;
      yield* this.#queue.grant(first, answer);
    }
  }

  *#undo(answer: number, lane: number): Steps<void> {
    if (answer !== USELESS) yield* this.#leave(answer & ~DIED, this.#queue.taskOf(lane));
  }

  /** Inside: takes the lock away from a dead task. */
  *#freeFrom(task: number): Steps<void> {
    const { writer, readers, reading, state, dead } = this.#place;
    yield* add(readers, -(yield* load(reading + task)));
    yield* store(reading + task, 0);
    if ((yield* load(writer)) !== task + 1) return;
    yield* store(writer, 0);
    yield* store(dead, task + 1);
    yield* store(state, WRITER_DIED);
  }

  #markConsistent(): Steps<void> {
    return this.#queue.inside(() => this.#repaired());
  }

  /** Inside: notes that it is consistent again, if the running task holds it. */
  *#repaired(): Steps<Refusal | void> {
    const { task } = this.#binding;
    const holds = (yield* this.#holds(READ, task)) || (yield* this.#holds(WRITE, task));
    if (!holds) return this.#notHeld("mark consistent", "hold");
    if ((yield* load(this.#place.state)) !== WRITER_DIED) return;
    yield* store(this.#place.state, SOUND);
    yield* this.#settle();
  }

  /** Inside. */
  *#statistics(): Steps<RWLockStatistics> {
    const writer = yield* load(this.#place.writer);
    return {
      readers: yield* load(this.#place.readers),
      writer: writer === 0 ? undefined : writer - 1,
      waiters: yield* this.#queue.waiters(),
    };
  }

  #guarded(acquire: Steps<Acquired>, request: Request): Steps<LockGuard> {
    const guard = {
      name: this.name,
      release: () => request === READ ? this.releaseRead() : this.releaseWrite(),
      markConsistent: () => this.markConsistent(),
    };
    return guarded(guard, { acquire, binding: this.#binding });
  }

  #notHeld(act: string, does: string): Refusal {
    const task = this.#binding.nameOf(this.#binding.task);
    return new Refusal(
      new StateError(`Cannot ${act} ${this.name}: ${task} does not ${does} it, a task that does is wanted`),
    );
  }
}

type Request = typeof READ | typeof WRITE;
