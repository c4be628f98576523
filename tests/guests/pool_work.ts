/**
 * What guests of pools do in tests: work, and everything that they should not do.
 *
 * @module
 */

import type { ServiceContext } from "../../lib/host/mod.ts";
import { move, type Moved } from "../../lib/host/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { cells, event, lock, semaphore } from "../../lib/sync/mod.ts";

/** How many calls can be counted. */
export const COUNTED = 512;

/** Shared things: counts of runs by call, and some to hold while one dies. */
export function things() {
  return {
    runs: cells({ length: COUNTED }),
    guard: lock(),
    permits: semaphore(2),
    go: event(),
  };
}

type Things = ReturnType<typeof things>;
type Context = ServiceContext<Things>;

export function square(n: number): number {
  return n * n;
}

export function echo(value: unknown): unknown {
  return value;
}

export async function squareLater(n: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, Math.abs(n) % 3));
  return n * n;
}

export function guestName(_: unknown, { guest }: ServiceContext): string {
  return guest;
}

export function pid(): number {
  return Deno.pid;
}

/** Reports how far it is. */
export async function counting(to: number, { report }: ServiceContext): Promise<number> {
  for (let n = 1; n <= to; n++) {
    await Promise.resolve();
    report(n);
  }
  return to;
}

/** Gives back the sum of a buffer, and the buffer itself, moved. */
export function sumAndBack(numbers: Uint8Array<ArrayBuffer>): Moved<{ sum: number; numbers: Uint8Array }> {
  return move({ sum: numbers.reduce((sum, n) => sum + n, 0), numbers }, [numbers.buffer]);
}

/** Fails after it got a buffer. */
export function refuseBuffer(numbers: Uint8Array): never {
  throw new RangeError(`${numbers.length} bytes are too many`);
}

/** Runs once more than it may fail. */
export function* flaky({ call, failures }: { call: number; failures: number }, { shared }: Context): Steps<number> {
  const run = yield* shared.runs.at(call).add(1);
  if (run < failures) throw new RangeError(`run ${run} of ${failures + 1}`);
  return run;
}

/** Counts its runs; ends its guest in some. */
export function* mortal({ call, dies }: { call: number; dies: boolean }, { shared }: Context): Steps<number> {
  yield* shared.runs.at(call).add(1);
  if (dies) Deno.exit(3);
  return call;
}

/** Waits for an event. */
export function* untilGo(_: unknown, { shared }: Context): Steps<boolean> {
  return yield* shared.go.wait();
}

/** Counts its run, and waits for an event. */
export function* countAndWait(call: number, { shared }: Context): Steps<boolean> {
  yield* shared.runs.at(call).add(1);
  return yield* shared.go.wait();
}

/** Ends its guest while it holds the lock and a permit. */
export function* dieHolding(_: unknown, { shared }: Context): Steps<never> {
  using held = yield* shared.guard.lock();
  if (held.ownerDied !== undefined) yield* held.markConsistent();
  using _permit = yield* shared.permits.hold();
  return Deno.exit(4);
}

/** Waits for ever while it holds the lock and a permit; says when it does. */
export function* waitHolding(_: unknown, { shared, report }: Context): Steps<void> {
  using held = yield* shared.guard.lock();
  if (held.ownerDied !== undefined) yield* held.markConsistent();
  using _permit = yield* shared.permits.hold();
  report("held");
  yield* shared.go.wait();
}

/** Whether the lock's last owner died; makes the lock whole. */
export function* ownerDied(_: unknown, { shared }: Context): Steps<boolean> {
  using held = yield* shared.guard.lock();
  if (held.ownerDied !== undefined) yield* held.markConsistent();
  return held.ownerDied !== undefined;
}

/** Takes both permits, if both are there. */
export function* bothPermits(_: unknown, { shared }: Context): Steps<boolean> {
  const both = yield* shared.permits.tryAcquire(2);
  if (both) yield* shared.permits.release(2);
  return both;
}

/** An error of a class of its own. */
class OwnError extends RangeError {
  override readonly name = "OwnError";
  readonly details = { at: 7 };
}

/** The ways in which a function fails. */
export type Fault =
  | "throws"
  | "throws a non-error"
  | "throws what cannot be cloned"
  | "throws what cannot be read"
  | "rejects"
  | "exits"
  | "closes"
  | "crashes while it awaits"
  | "rejects beside itself"
  | "leaves a rejection"
  | "leaves a timer"
  | "never settles"
  | "is busy"
  | "returns what cannot be cloned"
  | "overflows the stack"
  | "dies of a report";

/** Fails in that way. */
export function fail(fault: Fault, { report }: ServiceContext): unknown {
  switch (fault) {
    case "throws":
      throw farFailure();
    case "throws a non-error":
      throw { not: "an error" };
    case "throws what cannot be cloned":
      throw Object.assign(new OwnError("it fails", { cause: new TypeError("why") }), { near: () => 0 });
    case "throws what cannot be read":
      throw Object.defineProperty(new RangeError("it fails"), "message", {
        get() {
          throw new TypeError("nobody reads it");
        },
      });
    case "rejects":
      return Promise.reject(farFailure());
    case "exits":
      return Deno.exit(3);
    case "closes":
      report(0);
      if (typeof close === "function" && "postMessage" in globalThis) close();
      else Deno.exit(0);
      return new Promise(() => {});
    case "crashes while it awaits":
      setTimeout(() => {
        throw farFailure();
      });
      return new Promise(() => {});
    case "rejects beside itself":
      void Promise.reject(farFailure());
      return new Promise(() => {});
    case "leaves a rejection":
      void Promise.reject(farFailure());
      return "left";
    case "leaves a timer":
      setTimeout(() => {
        throw farFailure();
      });
      return "left";
    case "never settles":
      report(Deno.pid);
      return new Promise(() => {});
    case "is busy":
      return busy(1500);
    case "returns what cannot be cloned":
      return { near: () => 0 };
    case "overflows the stack":
      return overflow(0);
    case "dies of a report":
      return report(() => 0);
  }
}

/** Computes for that many milliseconds; says when it begins. */
export function busy(milliseconds: number, context?: ServiceContext): string {
  context?.report("begun");
  for (const until = performance.now() + milliseconds; performance.now() < until;);
  return "busy";
}

/** What an initializer may do. */
export function prepare(fault: "nothing" | "throws" | "exits"): void {
  if (fault === "throws") throw farFailure();
  if (fault === "exits") Deno.exit(5);
}

/** A large value. */
export function large(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(7);
}

/** Is busy, then gives a large value. */
export function largeLate({ milliseconds, bytes }: { milliseconds: number; bytes: number }): Uint8Array {
  busy(milliseconds);
  return large(bytes);
}

function farFailure(): OwnError {
  return new OwnError("it fails", { cause: new TypeError("why", { cause: "the value below" }) });
}

function overflow(depth: number): number {
  return overflow(depth + 1) + 1;
}
