/**
 * Synchronization primitives built from memory operations. Each has one implementation, which runs on model and shared
 * memory, in generators, workers and promises.
 *
 * - Almost every primitive uses the same wait queue with a monitor. A task waits in a bounded number of lanes, so a
 *   queue is an array instead of linked nodes, and a death leaves no dangling pointer.
 * - The barrier is one word without a queue: each change is one compare-exchange, so a death cannot leave it half
 *   changed.
 * - Barging is bounded by count, not by time: a waiter overtaken four times is handed the lock. A clock would cost an
 *   operation, and the explorer could not bound it.
 * - A lock may start out held by the host: a pipeline of two locks begins with an empty slot. Held is then its resting
 *   state, not a leak.
 * - Each class lists the methods that may be called from elsewhere; a test checks the list by trying.
 *
 * @module
 */

export { type Bind, Binding, NO_LANE, type SharedThing, STATISTICS, type Things } from "./binding.ts";
export {
  type Attached,
  type Reservation,
  type Shareable,
  type Shareables,
  type Shared,
  Space,
  type SpaceOptions,
} from "./space.ts";
export {
  isContended,
  type Line,
  NOBODY,
  type ParkOptions,
  type QueueKeeper,
  Refusal,
  reserveWaitQueue,
  WaitQueue,
  type WaitQueuePlace,
  type WaitRequest,
} from "./wait_queue.ts";
export { Decisions, decisions, type ManyGrant, type ManyOptions } from "./wait_many.ts";
export { Gate } from "./gate.ts";
export { argsOf, checkWaitOptions, parkOptions, type WaitOptions } from "./wait_options.ts";
export { recover } from "./recovery.ts";
export {
  type AbortOption,
  type Blocking,
  blocking,
  blockingViews,
  bodyOf,
  type Face,
  type Promised,
  promised,
  promisedViews,
  type Seen,
  type StepsValue,
  throughView,
  type View,
  type Viewable,
  type ViewArgument,
  type ViewHook,
  type Viewing,
  type ViewMethod,
  type ViewOptions,
  type ViewResult,
  type Views,
} from "./view.ts";
export { cancelled, cancelledWait, CancelToken, cancelToken } from "./cancel_token.ts";
export type { Failure } from "./uninterruptibly.ts";
export { cell, cells, SharedArray, type SharedArrayOptions, SharedCell, type SharedCellOptions } from "./cell.ts";
export { until, type UntilOf } from "./until.ts";
export { Lock, lock, type LockInside, type LockOptions, type LockStatistics } from "./lock.ts";
export { type Acquired, type Guarded, type Inside, LockGuard } from "./lock_guard.ts";
export { RLock, rlock, type RLockOptions, type RLockStatistics } from "./rlock.ts";
export { RWLock, rwlock, type RWLockStatistics } from "./rwlock.ts";
export { Condition, condition, type ConditionOptions, type ConditionStatistics, type Predicate } from "./condition.ts";
export { Event, event, type EventStatistics } from "./event.ts";
export {
  boundedSemaphore,
  PermitGuard,
  type PermitOptions,
  Semaphore,
  semaphore,
  type SemaphoreStatistics,
} from "./semaphore.ts";
export { Barrier, barrier, type BarrierStatistics, type BarrierWaitOptions } from "./barrier.ts";
export { type Body, endOf } from "./body.ts";
export { Latch, latch, type LatchStatistics } from "./latch.ts";
export { WaitGroup, waitGroup, type WaitGroupStatistics } from "./wait_group.ts";
export { Once, once, type OnceStatistics, type OnceTurn } from "./once.ts";
export { Timer, timer, type TimerClaim, type TimerOptions, type TimerPhase, type TimerStatistics } from "./timer.ts";
