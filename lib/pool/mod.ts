/**
 * Pools: the functions of a module, run by guests.
 *
 * @module
 */

export { Pool } from "./pool.ts";
export type { PoolOptions, PoolStatistics, RunOptions } from "./pool_options.ts";
export { type FutureWaitOptions, PoolFuture } from "./pool_future.ts";
export type { CallState } from "./call.ts";
export { asCompleted, type CompletedOptions, wait, type WaitForOptions } from "./collect.ts";
export { Guest, type GuestSettings, type GuestState } from "./guest.ts";
export { type GuestLane, GuestLog, type GuestLogOptions } from "./guest_log.ts";
export type { LogTarget } from "../logging/mod.ts";
export type { MapOptions, Mapped } from "./mapping.ts";
export type { ArgumentOf, Arrived, NameOf, SharedBy, ThingsOf, ValueOf } from "./functions.ts";
