/**
 * A lock: one word that says who owns it.
 *
 * - Any task may release it; only its owner may if it is `owned`. Releasing a free lock throws.
 * - Whoever comes first takes a free lock (barging); a waiter overtaken {@linkcode MOST_OVERTAKEN} times is handed the
 *   lock. `fair: true` always hands it over first in, first out.
 * - If its owner ends without releasing it, the next owner gets it with an `OwnerDiedError`, and calls `markConsistent`
 *   once what the lock protects is consistent again. Releasing it without that makes it useless for everyone:
 *   `NotRecoverableError`.
 * - Invariant: the owner bits are 0 or name the one task that may proceed; somebody is queued => WAITERS is set =>
 *   whoever frees the lock checks the queue, unless a woken waiter (WOKEN) is on its way and will do so itself.
 *
 * Longer than most files because every operation that changes the word must account for all the others.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { lock } from "./lock.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ guard: lock() }, { tasks: 1 });
 * const guard = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).guard);
 * {
 *   using held = guard.lock();
 *   if (!guard.locked() || held.ownerDied !== undefined) throw new Error("held, and nobody died");
 * }
 * if (guard.locked()) throw new Error("disposing the guard releases it");
 * ```
 */

import { NotRecoverableError, OwnerDiedError, StateError } from "../errors.ts";
import { call, type CallOperation, compareExchange, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { cancelled } from "./cancel_token.ts";
import { type Acquired, guarded, type Inside, LockGuard } from "./lock_guard.ts";
import type { Shareable } from "./space.ts";
import { block, blockUnlessHeld, bodyOf, shownBy, type Viewable, type Viewing } from "./view.ts";
import { type Line, NOBODY, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { checkWaitOptions, FOREVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** Options of a lock. */
export interface LockOptions {
  /** Whether only its owner may release it; false by default. */
  readonly owned?: boolean;
  /** Whether waiters get it strictly first in, first out; false by default. Several times slower under contention. */
  readonly fair?: boolean;
  /**
   * Whether the host holds it at first, so that a task signals by releasing it; false by default, and not possible with
   * `owned`.
   */
  readonly held?: boolean;
}

/** Statistics of a lock. */
export interface LockStatistics {
  /** The number of the task that owns it, if any. */
  readonly owner: number | undefined;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

/** How many times a waiter is woken in vain before the lock is handed to it. */
export const MOST_OVERTAKEN = 4;

/** How many times a task that finds the lock taken checks again before it sleeps, on memory that spins; under 20 us. */
const LOOKS = 500;

const OWNER = (1 << 24) - 1;
const WAITERS = 1 << 24;
/** A woken waiter is on its way to try again. */
const WOKEN = 1 << 25;
const DIED = 1 << 26;
const LOST = 1 << 27;

/** What a waiter requests: to try again, or the lock itself. */
const TRY = 1;
const HAND_OVER = 2;
/** What a waiter is granted. */
const RETRY = 1;
const OWNED = 2;
const USELESS = 3;
/** The result of an attempt inside the monitor. */
const FREE = 4;

/** Declares a lock. */
export function lock({ owned = false, fair = false, held = false }: LockOptions = {}): Shareable<Lock> {
  if (owned && held) {
    throw new TypeError("Cannot make a lock: owned and held by the host, one that a task may release is wanted");
  }
  return {
    kind: "lock",
    reserve(space, name) {
      const place = {
        name,
        // The host has the last task's number; the word holds the owner's number plus 1.
        word: space.word(`${name}.word`, held ? space.tasks : 0),
        dead: space.word(`${name}.dead`),
        woken: space.word(`${name}.woken`),
        queue: reserveWaitQueue(space, name),
        beginsHeld: held,
      };
      return (binding) => new Lock(binding, place, { owned, fair });
    },
  };
}

interface Place {
  readonly name: string;
  /** The owner's number plus 1, and the flags. */
  readonly word: number;
  /** The number of the last owner that died, plus 1. */
  readonly dead: number;
  /** While WOKEN is set, the number of the woken task, plus 1. */
  readonly woken: number;
  readonly queue: WaitQueuePlace;
  /** Whether the host holds it at the start. */
  readonly beginsHeld: boolean;
}

/** The lock's methods without their call operations, for the reentrant lock. */
export interface LockInside {
  /** The steps of `acquire`. */
  take(lock: Lock, options?: WaitOptions): Steps<Acquired>;
  /** The steps of `release`. */
  give(lock: Lock): Steps<void>;
  /** The steps of `markConsistent`. */
  repaired(lock: Lock): Steps<void>;
  /** The steps of `statistics`. */
  look(lock: Lock): Steps<LockStatistics>;
}

const CALLS: readonly (keyof Lock & string)[] = [
  "acquire",
  "tryAcquire",
  "release",
  "locked",
  "markConsistent",
  "statistics",
];

/** A lock: one word that says who owns it. */
export class Lock implements SharedThing, Viewable {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #owned: boolean;
  readonly #fair: boolean;
  readonly #queue: WaitQueue;
  readonly #me: number;
  // A call without arguments is the same every time.
  readonly #acquireCall: CallOperation;
  readonly #releaseCall: CallOperation;

  /** Made by {@linkcode lock}. */
  constructor(binding: Binding, place: Place, { owned, fair }: { owned: boolean; fair: boolean }) {
    this.name = place.name;
    this.#binding = binding;
    this.#place = place;
    this.#owned = owned;
    this.#fair = fair;
    this.#queue = new WaitQueue(binding, place.queue, {
      settle: () => this.#settle(),
      undo: (answer) => this.#undo(answer),
    });
    this.#me = binding.task + 1;
    this.#acquireCall = { kind: "call", object: this.name, method: "acquire", args: [] };
    this.#releaseCall = { kind: "call", object: this.name, method: "release", args: [] };
  }

  /**
   * Takes the lock, waiting if necessary; returns `false` on a timeout, or an `OwnerDiedError` if its last owner died
   * holding it.
   *
   * @throws {NotRecoverableError} if a death made it useless.
   * @throws {CancelledError} if the token is canceled first.
   */
  acquire(options?: WaitOptions): Steps<Acquired> {
    if (options === undefined) return call(this.#acquireCall, this.#take());
    checkWaitOptions(`acquire ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "acquire", args: [options] }, this.#take(options));
  }

  /** Takes the lock only if it is free. */
  tryAcquire(): Steps<Acquired> {
    return call({ kind: "call", object: this.name, method: "tryAcquire", args: [] }, this.#take({ timeout: 0 }));
  }

  /**
   * Releases the lock.
   *
   * @throws {StateError} if it is free, or if it is `owned` and another task owns it.
   */
  release(): Steps<void> {
    return call(this.#releaseCall, this.#give());
  }

  /** Takes the lock, waiting if necessary; the returned guard releases it when disposed. */
  lock(options?: WaitOptions): Steps<LockGuard> {
    return guarded(this, { acquire: this.acquire(options), binding: this.#binding });
  }

  /** Whether any task owns it. */
  locked(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "locked", args: [] }, this.#locked());
  }

  /** Declares what the lock protects consistent again after its owner died. */
  markConsistent(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "markConsistent", args: [] }, this.#repaired());
  }

  /** Its current statistics. */
  statistics(): Steps<LockStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#look());
  }

  /** See {@linkcode Inside}. */
  static readonly inside: Inside<Lock> & LockInside = {
    take: (lock, options) => lock.#take(options),
    give: (lock) => lock.#give(),
    repaired: (lock) => lock.#repaired(),
    look: (lock) => lock.#look(),
    mine: (lock) => lock.#mine(),
    releaseAll: (lock) => lock.#releaseAll(),
    restore: (lock, levels) => lock.#restore(levels),
    lost: (lock) => lock.#lost(),
    diedHolding: (lock, task) => lock.#diedHolding(task),
  };

  /** See {@linkcode Viewing}: the first step of each method, if the words are in this realm. */
  static readonly viewing: Viewing<Lock> = {
    blocking: {
      acquire(options?: WaitOptions) {
        const lock = bodyOf<Lock>(this);
        return options === undefined && lock.#takeAtOnce() || lock.#block(this, "acquire", [options]);
      },
      release() {
        if (!bodyOf<Lock>(this).giveAtOnce()) block(this, "release", []);
      },
      lock(options?: WaitOptions) {
        const lock = bodyOf<Lock>(this);
        if (options !== undefined || !lock.#takeAtOnce()) return lock.#block(this, "lock", [options]);
        return shownBy(this, new LockGuard(lock, lock.#binding, undefined));
      },
    },
  };

  /** A lock that begins held is released by another task, so its holder may wait for it. */
  get #block(): typeof block {
    return this.#place.beginsHeld ? block : blockUnlessHeld;
  }

  /** See {@linkcode Guarded}: the first step of `give`. */
  giveAtOnce(): boolean {
    const { words } = this.#binding.memory;
    return words !== undefined && Atomics.compareExchange(words, this.#place.word, this.#me, 0) === this.#me;
  }

  /** The first step of `take`; spins for a while if that is faster than sleeping. */
  #takeAtOnce(): boolean {
    const { words, spin = 0 } = this.#binding.memory;
    if (words === undefined) return false;
    // Happens-before: everything the last owner did precedes everything this owner does.
    if (Atomics.compareExchange(words, this.#place.word, 0, this.#me) === 0) return true;
    return spin > 0 && !this.#fair && this.#takenSoon(words);
  }

  /** See {@linkcode Viewable}. */
  get isHoldfastViewable(): true {
    return true;
  }

  /**
   * Takes the lock if it becomes free within a few microseconds, which is less time than sleeping and waking up takes.
   */
  #takenSoon(words: Int32Array): boolean {
    const { word } = this.#place;
    for (let looks = 0; looks < LOOKS; looks++) {
      // The word of a lock with waiters is never 0: queued tasks go first.
      if (Atomics.load(words, word) === 0 && Atomics.compareExchange(words, word, 0, this.#me) === 0) return true;
    }
    return false;
  }

  /** The steps of `acquire`, without the call operation. */
  *#take(options?: WaitOptions): Steps<Acquired> {
    const seen = yield* compareExchange(this.#place.word, { expected: 0, replacement: this.#me });
    return seen === 0 ? true : yield* this.#takeSlowly(options);
  }

  /** The steps of `release`, without the call operation. */
  *#give(): Steps<void> {
    const seen = yield* compareExchange(this.#place.word, { expected: this.#me, replacement: 0 });
    if (seen !== this.#me) yield* this.#giveSlowly();
  }

  /** Whether the running task owns it. */
  *#mine(): Steps<boolean> {
    return ((yield* load(this.#place.word)) & OWNER) === this.#me;
  }

  /** The steps of `markConsistent`, without the call operation. */
  *#repaired(): Steps<void> {
    const seen = yield* this.#change((word) => (word & OWNER) === this.#me ? word & ~DIED : word);
    if ((seen & OWNER) !== this.#me) throw this.#notHeld(seen);
  }

  /** The steps of `statistics`, without the call operation. */
  #look(): Steps<LockStatistics> {
    return this.#queue.look(() => this.#statistics());
  }

  /** For conditions: releases it for a wait, and returns the argument for `restore`. */
  *#releaseAll(): Steps<number> {
    yield* this.#give();
    return 1;
  }

  /**
   * For conditions: takes it again after a wait. A lock that cannot be taken is marked lost, so that its guards know.
   */
  *#restore(_levels: number): Steps<Acquired> {
    try {
      return yield* this.#take();
    } catch (error) {
      // A death inside the monitor shows up here before the supervisor declares the lock lost.
      if (error instanceof NotRecoverableError) yield* this.#change((word) => word | LOST);
      throw error;
    }
  }

  /** For conditions: whether nobody can ever take it again. */
  *#lost(): Steps<boolean> {
    return ((yield* load(this.#place.word)) & LOST) !== 0;
  }

  /** For conditions: whether `task` was the last to die as its owner. */
  *#diedHolding(task: number): Steps<boolean> {
    return (yield* load(this.#place.dead)) === task + 1;
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    const whole = yield* this.#queue.recover(task, () => this.#freeFrom(task));
    if (!whole) yield* this.#change((word) => ((word & OWNER) === task + 1 ? word & ~OWNER : word) | LOST);
  }

  /** See {@linkcode SharedThing}. */
  *owners(): Steps<readonly number[]> {
    const owner = (yield* load(this.#place.word)) & OWNER;
    // A lock that any task may release works as a signal: its owner is not the one to wait for, so there is no cycle to
    // find.
    if (!this.#owned || owner === 0) return [];
    // A waiter that is being handed the lock owns it before it wakes up; it does not wait for itself.
    return (yield* this.#queue.occupied()) ? [] : [owner - 1];
  }

  /** See {@linkcode SharedThing}. */
  *holders(): Steps<readonly number[]> {
    const owner = (yield* load(this.#place.word)) & OWNER;
    return owner === 0 ? [] : [owner - 1];
  }

  /** See {@linkcode SharedThing}: whoever comes first takes it, so nobody can observe who has waited. */
  ready(method: string, args: readonly unknown[]): Steps<boolean> | undefined {
    return method === "acquire" && args.length === 0 && !this.#fair ? this.#ready() : undefined;
  }

  /** See {@linkcode SharedThing}: a lock that begins held is a signal, and held is its resting state. */
  *leaks(): Steps<readonly string[]> {
    if (this.#place.beginsHeld) return [];
    const owner = (yield* load(this.#place.word)) & OWNER;
    return owner === 0 ? [] : [`is held by ${this.#binding.nameOf(owner - 1)}`];
  }

  *#ready(): Steps<boolean> {
    const word = yield* load(this.#place.word);
    return (word & OWNER) === 0 || (word & LOST) !== 0;
  }

  *#takeSlowly(options: WaitOptions | undefined): Steps<Acquired> {
    const { deadline, now, cancel } = options === undefined ? FOREVER : yield* parkOptions(options);
    const line: Line = { ticket: 0 };
    // WOKEN, if this task is the woken waiter.
    let woken = 0;
    for (let overtaken = 0;; overtaken++) {
      // A wake-up is not a grant: after a cancellation the lock is left to others, as in `obtain`.
      if (woken === 0 || cancel === undefined || !(yield* cancelled(cancel))) {
        const seen = yield* this.#change((word) => this.#isFreeFor(word, woken) ? (word & ~woken) | this.#me : word);
        if ((seen & LOST) !== 0) throw this.#useless();
        if (this.#isFreeFor(seen, woken)) return yield* this.#acquired(seen);
        if (now) return false;
      }
      const request = this.#fair || overtaken >= MOST_OVERTAKEN ? HAND_OVER : TRY;
      const missed = woken === 0 ? undefined : () => this.#passOn();
      const answer = yield* this.#queue.obtain(() => this.#mark(woken), request, { deadline, cancel, line, missed });
      if (answer === 0) return false;
      if (answer === OWNED) return yield* this.#acquired(yield* load(this.#place.word));
      // Woken to try again, or to find the lock useless.
      if (answer !== FREE) woken = WOKEN;
    }
  }

  /** Inside: marks that somebody waits; returns FREE if there is no longer anything to wait for. */
  *#mark(woken: number): Steps<number> {
    const before = yield* this.#change((word) =>
      this.#isFreeFor(word, woken) || (word & LOST) !== 0 ? word : (word & ~woken) | WAITERS
    );
    return this.#isFreeFor(before, woken) || (before & LOST) !== 0 ? FREE : 0;
  }

  /** Inside: a woken task that will not take the lock passes the wake-up on. */
  *#passOn(): Steps<void> {
    yield* this.#undo(RETRY);
    yield* this.#settle();
  }

  /** Whether an arriving or woken task may take a lock with this word. */
  #isFreeFor(word: number, woken: number): boolean {
    if ((word & (OWNER | LOST)) !== 0) return false;
    return !this.#fair || (word & WAITERS) === 0 || woken !== 0;
  }

  *#acquired(word: number): Steps<Acquired> {
    if ((word & DIED) === 0) return true;
    const dead = (yield* load(this.#place.dead)) - 1;
    return new OwnerDiedError(
      `Cannot trust what ${this.name} protects: ${this.#binding.nameOf(dead)} died with it, a repair is wanted`,
    );
  }

  *#giveSlowly(): Steps<void> {
    const held = (seen: number) => {
      const owner = seen & OWNER;
      return owner !== 0 && (owner === this.#me || (!this.#owned && (seen & LOST) === 0));
    };
    const simple = (seen: number) => (seen & DIED) === 0 && ((seen & WAITERS) === 0 || (seen & WOKEN) !== 0);
    const seen = yield* this.#change((seen) => held(seen) && simple(seen) ? seen & ~OWNER : seen);
    // A condition could not give the lock back to this waiter and told it so: its guard has nothing to release.
    if ((seen & LOST) !== 0 && (seen & OWNER) !== this.#me) return;
    if (!held(seen)) throw this.#notHeld(seen);
    if (simple(seen)) return;
    const inside = yield* this.#queue.inside(() => this.#pass(held));
    if (!held(inside) && (inside & LOST) === 0) throw this.#notHeld(inside);
  }

  /**
   * Inside: frees the lock for the first in the queue, hands it over, or makes it useless; returns the previous word.
   */
  *#pass(held: (word: number) => boolean): Steps<number> {
    const first = yield* this.#queue.first();
    const next = first === NOBODY ? 0 : this.#queue.taskOf(first) + 1;
    const handsOver = next !== 0 && (yield* this.#queue.request(first)) === HAND_OVER;
    // Other tasks may release it meanwhile, outside the monitor: each hold is released only once.
    const seen = yield* this.#change((word) => {
      if (!held(word)) return word;
      return (word & ~OWNER) | ((word & DIED) !== 0 ? LOST : handsOver ? next : 0);
    });
    if (!held(seen)) return seen;
    if ((seen & DIED) !== 0) {
      yield* this.#queue.grantAll(USELESS);
    } else {
      if (handsOver) yield* this.#queue.grant(first, OWNED);
      yield* this.#settle();
    }
    return seen;
  }

  /**
   * Inside: if the lock is free and no woken waiter is on its way, wakes the first in the queue or hands it the lock.
   */
  *#settle(): Steps<void> {
    const word = yield* load(this.#place.word);
    const first = yield* this.#queue.first();
    if (first !== NOBODY && (word & (OWNER | WOKEN)) === 0) {
      const next = this.#queue.taskOf(first) + 1;
      const handsOver = (yield* this.#queue.request(first)) === HAND_OVER;
      if (!handsOver) yield* store(this.#place.woken, next);
      const mark = handsOver ? next : WOKEN;
      // If another task takes the lock meanwhile, that task passes it on.
      const seen = yield* this.#change((word) => (word & OWNER) === 0 ? word | mark : word);
      if ((seen & OWNER) === 0) yield* this.#queue.grant(first, handsOver ? OWNED : RETRY);
    }
    yield* this.#clearWaiters();
  }

  *#clearWaiters(): Steps<void> {
    if ((yield* this.#queue.first()) === NOBODY) yield* this.#change((word) => word & ~WAITERS);
  }

  *#undo(answer: number): Steps<void> {
    if (answer === RETRY) yield* this.#change((word) => word & ~WOKEN);
    if (answer === OWNED) yield* this.#change((word) => word & ~OWNER);
  }

  /** Inside: takes the lock, or the wake-up, away from a dead task. */
  *#freeFrom(task: number): Steps<void> {
    const { word, dead, woken } = this.#place;
    if ((yield* load(woken)) === task + 1) yield* this.#undo(RETRY);
    if (((yield* load(word)) & OWNER) !== task + 1) return;
    yield* store(dead, task + 1);
    yield* this.#change((word) => (word & ~OWNER) | DIED);
  }

  /** Inside, where the set of waiters cannot change: so the result describes the moment of the first read. */
  *#statistics(): Steps<LockStatistics> {
    const owner = (yield* load(this.#place.word)) & OWNER;
    return { owner: owner === 0 ? undefined : owner - 1, waiters: yield* this.#queue.waiters() };
  }

  *#locked(): Steps<boolean> {
    return ((yield* load(this.#place.word)) & OWNER) !== 0;
  }

  /** Replaces the word by a function of it; returns the previous word. */
  *#change(next: (word: number) => number): Steps<number> {
    let seen = yield* load(this.#place.word);
    for (;;) {
      const replacement = next(seen);
      if (replacement === seen) return seen;
      const found = yield* compareExchange(this.#place.word, { expected: seen, replacement });
      if (found === seen) return seen;
      seen = found;
    }
  }

  #notHeld(word: number): StateError {
    const owner = word & OWNER;
    const is = owner === 0 ? "it is free" : `${this.#binding.nameOf(owner - 1)} owns it`;
    return new StateError(`Cannot release ${this.name}: ${is}, a lock that the task holds is wanted`);
  }

  #useless(): NotRecoverableError {
    return new NotRecoverableError(
      `Cannot acquire ${this.name}: its owner died and nobody marked it consistent, a sound lock is wanted`,
    );
  }
}
