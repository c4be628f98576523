/**
 * Primitives on memory operations: one body each, for model and shared memory, for generators, workers and promises.
 *
 * @module
 */

export { type Bind, Binding, type SharedThing, type Things } from "./binding.ts";
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
  reserveWaitQueue,
  WaitQueue,
  type WaitQueuePlace,
} from "./wait_queue.ts";
export { Decisions, decisions, type ManyGrant, type ManyOptions } from "./wait_many.ts";
export { type AsyncWaitOptions, checkWaitOptions, deadlineOf, type WaitOptions } from "./wait_options.ts";
export { blocking, promised } from "./faces.ts";
export { CancelToken, cancelToken } from "./cancel_token.ts";
export { cell, cells, SharedArray, type SharedArrayOptions, SharedCell, type SharedCellOptions } from "./cell.ts";
export { Lock, lock, type LockOptions, type LockStatistics } from "./lock.ts";
export { type Acquired, type Guarded, LockGuard } from "./lock_guard.ts";
export { RLock, rlock, type RLockOptions, type RLockStatistics } from "./rlock.ts";
export { RWLock, rwlock, type RWLockStatistics } from "./rwlock.ts";
export { Condition, condition, type ConditionOptions, type ConditionStatistics, type Predicate } from "./condition.ts";
export { Event, event, type EventStatistics } from "./event.ts";
export {
  type AsyncPermitOptions,
  boundedSemaphore,
  PermitGuard,
  type PermitOptions,
  Semaphore,
  semaphore,
  type SemaphoreStatistics,
} from "./semaphore.ts";
export {
  type AsyncBarrierWaitOptions,
  Barrier,
  barrier,
  type BarrierStatistics,
  type BarrierWaitOptions,
} from "./barrier.ts";
export { type Body } from "./body.ts";
export { Latch, latch, type LatchStatistics } from "./latch.ts";
export { WaitGroup, waitGroup, type WaitGroupStatistics } from "./wait_group.ts";
export { Once, once, type OnceStatistics, type OnceTurn } from "./once.ts";
export { Timer, timer, type TimerClaim, type TimerOptions, type TimerPhase, type TimerStatistics } from "./timer.ts";
