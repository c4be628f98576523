/**
 * Memory: operations as data, and the memories that perform them.
 *
 * @module
 */

export {
  add,
  type Answer,
  type ByteOperation,
  call,
  type CallAnswer,
  type CallOperation,
  type Cell,
  type CellOperation,
  type CellOptions,
  type CellValue,
  choose,
  type ChooseOperation,
  compareExchange,
  type CompareExchangeOperation,
  exchange,
  INLINE,
  InlineCall,
  load,
  type LoadOperation,
  type ModifyOperation,
  notify,
  type NotifyOperation,
  now,
  type NowOperation,
  type Operation,
  type Order,
  read,
  type ReadOperation,
  sleep,
  type SleepOperation,
  type Steps,
  store,
  wait,
  type WaitOperation,
  type WaitResult,
  witnessOperations,
  write,
  type WriteOperation,
} from "./operation.ts";
export { type ByteEntry, type ByteRange, Layout, type LayoutTable, type WordEntry } from "./layout.ts";
export { type Chooser, firstChoice, type Memory } from "./memory.ts";
export { runBlocking, throwInto } from "./blocking.ts";
export { runAsynchronous } from "./asynchronous.ts";
export { BytePipe, type BytePipeHandle, type PipeEnd } from "./byte_pipe.ts";
export { BLOCKS, COUNTED, Doorbell, type DoorbellHandle, LISTENS, URGENT } from "./doorbell.ts";
export { seededChooser } from "./choice.ts";
export type { SavedCells } from "./cells.ts";
export {
  ModelMemory,
  type ModelMemoryOptions,
  PARKED,
  type ParkedTask,
  type ReadyTask,
  type SavedMemory,
} from "./model_memory.ts";
export { RemoteMemory, type RemoteMemoryOptions } from "./remote_memory.ts";
export { GuestControl, type GuestControlOptions, type PublishedWait } from "./guest_control.ts";
export { sharedWaiting, type Waited, type Waiting } from "./waiting.ts";
export { SharedMemory, type SharedMemoryHandle, type SharedMemoryOptions } from "./shared_memory.ts";
