/**
 * Primitives on memory operations: one body each, for model and shared memory, for generators, workers and promises.
 *
 * @module
 */

export {
  type Attached,
  type Bind,
  Binding,
  type Reservation,
  type Shareable,
  type Shareables,
  type Shared,
  type SharedThing,
  Space,
  type SpaceOptions,
} from "./space.ts";
export {
  NOBODY,
  type ParkOptions,
  type QueueKeeper,
  reserveWaitQueue,
  WaitQueue,
  type WaitQueuePlace,
} from "./wait_queue.ts";
export { checkWaitOptions, deadlineOf, type WaitOptions } from "./wait_options.ts";
export { type AsyncWaitOptions, blocking, promised } from "./faces.ts";
export { CancelToken, cancelToken } from "./cancel_token.ts";
export { cell, cells, SharedArray, type SharedArrayOptions, SharedCell, type SharedCellOptions } from "./cell.ts";
export { type Acquired, Lock, lock, LockGuard, type LockOptions, type LockStatistics } from "./lock.ts";
export {
  type AsyncPermitOptions,
  boundedSemaphore,
  PermitGuard,
  type PermitOptions,
  Semaphore,
  semaphore,
  type SemaphoreStatistics,
} from "./semaphore.ts";
