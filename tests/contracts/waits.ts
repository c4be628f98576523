/**
 * Every way to wait for a thing, and what ends the wait, for laws that hold for all waits.
 *
 * @module
 */

import type { Steps } from "../../lib/memory/mod.ts";
import * as mailbox from "../../lib/mailbox/mod.ts";
import * as sync from "../../lib/sync/mod.ts";
import { type CancelToken, cancelToken, type Shareable, type Shared } from "../../lib/sync/mod.ts";

/** One way to wait; the thing is named `it`. */
export interface Wait {
  /** Its name. */
  readonly name: string;
  /** The thing, and a token. */
  things(): Record<"it", Shareable<unknown>> & { readonly token: Shareable<CancelToken> };
  /** Makes a wait really wait; run by the host. */
  prepare(it: unknown): Steps<unknown>;
  /** Waits. */
  wait(it: unknown, options?: { readonly cancel?: CancelToken; readonly timeout?: number }): Steps<unknown>;
  /** Ends one wait, or all; run by the host. */
  give(it: unknown): Steps<unknown>;
  /** The error of all other waiters, if canceling one wait breaks them all. */
  readonly breaks?: string;
}

interface Spec<T> extends Partial<Omit<Wait, "things" | "name">> {
  of(): Shareable<T>;
  prepare?(it: T): Steps<unknown>;
  wait(it: T, options?: object): Steps<unknown>;
  give(it: T): Steps<unknown>;
}

function waitOf<T>(name: string, { of, ...spec }: Spec<T>): Wait {
  // The table knows each thing's own type; its users do not.
  return { name, prepare: nothing, things: () => ({ it: of(), token: cancelToken() }), ...spec } as unknown as Wait;
}

function* nothing(): Steps<void> {}

/** All ways to wait. */
export const waits: readonly Wait[] = [
  ...[{ owned: true }, { owned: true, fair: true }].map((options) =>
    waitOf(`Lock.acquire ${JSON.stringify(options)}`, {
      of: () => sync.lock(options),
      prepare: (it) => it.acquire(),
      *wait(it, options) {
        const acquired = yield* it.acquire(options);
        if (acquired !== false) yield* it.release();
        return acquired;
      },
      give: (it) => it.release(),
    })
  ),
  waitOf("RLock.acquire", {
    of: () => sync.rlock(),
    prepare: (it) => it.acquire(),
    *wait(it, options) {
      const acquired = yield* it.acquire(options);
      if (acquired !== false) yield* it.release();
      return acquired;
    },
    give: (it) => it.release(),
  }),
  waitOf("RWLock.acquireRead", {
    of: () => sync.rwlock(),
    prepare: (it) => it.acquireWrite(),
    wait: (it, options) => it.acquireRead(options),
    give: (it) => it.releaseWrite(),
  }),
  waitOf("RWLock.acquireWrite", {
    of: () => sync.rwlock(),
    prepare: (it) => it.acquireRead(),
    *wait(it, options) {
      const acquired = yield* it.acquireWrite(options);
      if (acquired !== false) yield* it.releaseWrite();
      return acquired;
    },
    give: (it) => it.releaseRead(),
  }),
  waitOf("Semaphore.acquire", {
    of: () => sync.semaphore(0),
    wait: (it, options) => it.acquire(options),
    give: (it) => it.release(),
  }),
  waitOf("boundedSemaphore.acquire", {
    of: () => sync.boundedSemaphore(1),
    prepare: (it) => it.acquire(),
    wait: (it, options) => it.acquire(options),
    give: (it) => it.release(),
  }),
  waitOf("Event.wait", { of: () => sync.event(), wait: (it, options) => it.wait(options), give: (it) => it.set() }),
  waitOf("Latch.wait", {
    of: () => sync.latch(1),
    wait: (it, options) => it.wait(options),
    give: (it) => it.countDown(),
  }),
  waitOf("WaitGroup.wait", {
    of: () => sync.waitGroup(),
    prepare: (it) => it.add(),
    wait: (it, options) => it.wait(options),
    give: (it) => it.done(),
  }),
  waitOf("Condition.wait", {
    of: () => sync.condition(),
    *wait(it, options) {
      using _held = yield* it.lock.lock();
      return yield* it.wait(options);
    },
    *give(it) {
      using _held = yield* it.lock.lock();
      yield* it.notify();
    },
  }),
  waitOf("Once.begin", {
    of: () => sync.once(),
    prepare: (it) => it.begin(),
    wait: (it, options) => it.begin(options),
    give: (it) => it.finish(),
  }),
  waitOf("Timer.claim", {
    of: () => sync.timer({ interval: 0 }),
    wait: (it, options) => it.claim(options),
    give: (it) => it.cancel(),
  }),
  waitOf("Barrier.wait", {
    of: () => sync.barrier(3),
    wait: (it, options) => it.wait(options),
    // The last party does not wait; one that comes after it does, and breaks the barrier.
    give: (it) => it.wait({ timeout: 0.05 }),
    breaks: "BrokenBarrierError",
  }),
  waitOf("Future.fetch", {
    of: () => mailbox.future<number>({ bytes: 64 }),
    wait: (it, options) => it.fetch(options),
    give: (it) => it.put(1),
  }),
  waitOf("Queue.get", {
    of: () => mailbox.queue<number>({ bytes: 256 }),
    wait: (it, options) => it.get(options),
    give: (it) => it.put(1),
  }),
  waitOf("Queue.put", {
    of: () => mailbox.queue<number>({ bytes: 256, maxsize: 1 }),
    prepare: (it) => it.put(0),
    wait: (it, options) => it.put(1, options),
    give: (it) => it.get(),
  }),
  waitOf("Queue.put, without bytes", {
    of: () => mailbox.queue<Uint8Array>({ bytes: 64, maxsize: 9 }),
    prepare: (it) => it.put(new Uint8Array(32)),
    wait: (it, options) => it.put(new Uint8Array(32), options),
    give: (it) => it.get(),
  }),
  waitOf("Queue.put, by priority", {
    of: () => mailbox.queue<number>({ bytes: 256, maxsize: 1, order: "priority" }),
    prepare: (it) => it.put(0),
    wait: (it, options) => it.put(1, options),
    give: (it) => it.get(),
  }),
  waitOf("Queue.join", {
    of: () => mailbox.queue<number>({ bytes: 256 }),
    prepare: (it) => it.put(0),
    wait: (it, options) => it.join(options),
    give: (it) => it.taskDone(),
  }),
  ...[0, 1].flatMap((capacity) => [
    waitOf(`Channel.take, capacity ${capacity}`, {
      of: () => mailbox.channel<number>({ bytes: 256, capacity }),
      wait: (it, options) => it.take(options),
      give: (it) => it.put(1),
    }),
    waitOf(`Channel.put, capacity ${capacity}`, {
      of: () => mailbox.channel<number>({ bytes: 256, capacity }),
      *prepare(it) {
        if (capacity > 0) yield* it.put(0);
      },
      wait: (it, options) => it.put(1, options),
      give: (it) => it.take(),
    }),
    waitOf(`Channel.fetch, capacity ${capacity}`, {
      of: () => mailbox.channel<number>({ bytes: 256, capacity }),
      wait: (it, options) => it.fetch(options),
      give: (it) => it.close(),
      breaks: "ChannelClosedError",
    }),
    waitOf(`select of a take, capacity ${capacity}`, {
      of: () => mailbox.channel<number>({ bytes: 256, capacity }),
      wait: (it, options) => mailbox.select([{ take: it as mailbox.Channel }], options),
      give: (it) => it.put(1),
    }),
    waitOf(`select of a put, capacity ${capacity}`, {
      of: () => mailbox.channel<number>({ bytes: 256, capacity }),
      *prepare(it) {
        if (capacity > 0) yield* it.put(0);
      },
      wait: (it, options) => mailbox.select([{ put: it as mailbox.Channel, value: 1 }], options),
      give: (it) => it.take(),
    }),
  ]),
];

/** The thing and the token in a view. */
export function partsOf(view: unknown): { readonly it: unknown; readonly token: CancelToken } {
  return view as Shared<ReturnType<Wait["things"]>>;
}
