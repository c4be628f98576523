/**
 * Functions for guests that serve: what answers, fails, moves, reports, shares, and ends its guest.
 *
 * @module
 */

import { move, type Moved, type ServiceContext } from "../../lib/host/mod.ts";
import { channel } from "../../lib/mailbox/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { cell, event, lock } from "../../lib/sync/mod.ts";

/** An error with something of its own. */
export class WorkError extends Error {
  override name = "WorkError";
  readonly item = 7;
}

/** Gives what it is given. */
export function echo(value: unknown): unknown {
  return value;
}

/** Throws. */
export function fail(message: string): never {
  throw new WorkError(message, { cause: new RangeError("inner") });
}

/** Gives its argument after so many turns of the event loop, or throws it. */
export async function later(
  { value, turns, throws }: { value: unknown; turns: number; throws: boolean },
): Promise<unknown> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve));
  if (throws) throw value;
  return value;
}

/** Gives so many bytes of that value, moved. */
export function moved({ size, value }: { size: number; value: number }): Moved<Uint8Array> {
  const bytes = new Uint8Array(size).fill(value);
  return move(bytes, [bytes.buffer]);
}

/** The sum of bytes. */
export function sum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0);
}

/** So many bytes of that value. */
export function bytes({ size, value }: { size: number; value: number }): Uint8Array {
  return new Uint8Array(size).fill(value);
}

/** What cannot be cloned. */
export function uncloneable(): unknown {
  return () => 1;
}

/** Reports each number below its argument, and gives it. */
export function count(to: number, { report }: ServiceContext): number {
  for (let at = 0; at < to; at++) report(at);
  return to;
}

/** Who and where it is. */
export function who(_argument: unknown, { guest, mode }: ServiceContext): unknown {
  return { guest, mode };
}

/** Never answers; its guest is on its event loop. */
export function hang(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 1000));
}

/** Throws outside its own hands, before it answers. */
export function crash(message: string): Promise<never> {
  setTimeout(() => {
    throw new Error(message);
  });
  return new Promise(() => {});
}

/** Answers, and leaves a rejection behind. */
export function leave(message: string): string {
  void Promise.reject(new Error(message));
  return message;
}

/** Exits. */
export function exit(code: number): never {
  Deno.exit(code);
}

/** The initializer that fails. */
export function refuse(why: string): never {
  throw new RangeError(why);
}

let initialized = 0;

/** The initializer. */
export function initialize(value: number): void {
  initialized = value;
}

/** What the initializer was called with last. */
export function setting(): number {
  return initialized;
}

/** The things that are shared. */
export function things() {
  return {
    guard: lock(),
    sum: cell({ order: "plain" }),
    done: cell(),
    jobs: channel<number>({ capacity: 2 }),
    go: event(),
    waiting: event(),
  };
}

type Context = ServiceContext<ReturnType<typeof things>>;

/** Adds 1 so many times, each time under the lock. */
export function* addLocked(times: number, { shared: { guard, sum, done } }: Context): Steps<number> {
  for (let time = 0; time < times; time++) {
    using _held = yield* guard.lock();
    yield* sum.store((yield* sum.load()) + 1);
  }
  yield* done.add(1);
  return times;
}

/** The sum of what comes by the channel until that is closed. */
export function* sumJobs(_argument: unknown, { shared: { jobs, go } }: Context): Steps<number> {
  yield* go.wait();
  let sum = 0;
  yield* jobs.forEach((job) => void (sum += job));
  return sum;
}

/** Takes the lock and keeps it, says so, and gives its argument. */
export function* keep(value: unknown, { shared: { guard, waiting } }: Context): Steps<unknown> {
  yield* guard.acquire();
  yield* waiting.set();
  return value;
}

/** Says that it is about to, waits for the lock, and gives it back. */
export function* waitForLock(_argument: unknown, { shared: { guard, waiting } }: Context): Steps<string> {
  yield* waiting.set();
  using _held = yield* guard.lock();
  return "held";
}
