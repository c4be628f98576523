/**
 * Mailboxes: values across a boundary.
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
export {
  type AsyncPutOptions,
  type PutOptions,
  Queue,
  queue,
  type QueueOptions,
  type QueueStatistics,
  type Taken,
} from "./queue.ts";
export { type ChannelOperation, select, type Selected, type SelectOptions } from "./select.ts";
export type { SelectedBytes, SelectOperation } from "./selecting.ts";
export type { StockOrder } from "./stock_inside.ts";
