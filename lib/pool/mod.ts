/**
 * Pools: the functions of a module, run by guests.
 *
 * - A call with a signal, a timeout or items has its guest for itself: it can be given up only by giving up its guest.
 *   All others share guests, a few milliseconds of work at a time.
 * - Who is given up is stopped first, unwinds, and is recovered from when it is gone, or after 100 ms where it is
 *   busy: recovered from before, it would go on with what has an owner again. What a busy one does later is recovered
 *   from once more.
 * - A call that moves a part of its argument gets a guest that has nothing else to do, because a detached buffer
 *   cannot be sent again.
 * - Guests that end before they have run anything are replaced ten times in a row, then no more.
 * - Long work of the examples waits for a timer of no time now and then: in it a thread can be ended.
 *
 * @module
 */

export { Pool } from "./pool.ts";
export type { CloseOptions, PoolOptions, PoolStatistics, RunOptions } from "./pool_options.ts";
export { type FutureWaitOptions, PoolFuture } from "./pool_future.ts";
export type { CallState } from "./call.ts";
export { asCompleted, type CompletedOptions, wait, type WaitForOptions } from "./collect.ts";
export { Guest, type GuestSettings, type GuestState } from "./guest.ts";
export { type GuestLane, GuestLog, type GuestLogOptions } from "./guest_log.ts";
export type { LogTarget } from "../logging/mod.ts";
export type { MapOptions, Mapped } from "./mapping.ts";
export type {
  ArgumentOf,
  Arrived,
  Bound,
  Callable,
  Crossing,
  FunctionNameOf,
  ItemOf,
  NameOf,
  ResultOf,
  SharedBy,
  ThingsOf,
  WeakKeyed,
} from "./functions.ts";
