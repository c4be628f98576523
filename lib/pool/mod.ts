/**
 * Pools: the functions of a module, run by guests.
 *
 * - A call with a signal, a timeout or items has its guest to itself, because giving it up means giving up its guest.
 *   All other calls share guests, which get a few milliseconds of work at a time.
 * - A guest that is given up is first asked to stop and unwind. Recovery follows when it has ended, or after 100 ms if
 *   it is busy: earlier, it would continue with things that already have another owner. What a busy guest does after
 *   that is recovered from again.
 * - A call that moves parts of its argument gets an idle guest, because a detached buffer cannot be sent again.
 * - Guests that end before they have run anything are replaced at most ten times in a row.
 * - Long computations in the examples sometimes wait for a zero-delay timer, at which a thread can be ended.
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
