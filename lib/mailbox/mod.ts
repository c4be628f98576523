/**
 * Mailboxes: queues, channels and futures, which carry values across boundaries.
 *
 * - Byte regions are virtual: shared pages are allocated lazily, and the model's bytes grow as they are written. So a
 *   queue has 32 MB by default.
 *
 * @module
 */

export { Channel, channel, type ChannelOptions, type ChannelStatistics } from "./channel.ts";
export {
  Future,
  future,
  type FutureCallback,
  type FutureOptions,
  type FutureOutcome,
  type FutureState,
  type FutureStatistics,
  type OutcomeBytes,
} from "./future.ts";
export { valuesOf } from "./batches.ts";
export { type PutOptions, Queue, queue, type QueueOptions, type QueueStatistics, type Taken } from "./queue.ts";
export {
  type AnyChannel,
  type ChannelOperation,
  select,
  type Selected,
  type SelectOf,
  type SelectOptions,
} from "./select.ts";
export type { SelectedBytes, SelectOperation } from "./selecting.ts";
export type { QueueOrder } from "./item_buffer_monitor.ts";
