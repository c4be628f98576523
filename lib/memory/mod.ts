/**
 * Memory: operations as data, and the memories that perform them.
 *
 * - Each operation is its own iterator: a generator for each was most of the garbage.
 * - A wait spins for 20 us if every task has its own core: waking up across cores takes about 50 us, reading a word
 *   almost nothing. With more tasks than cores nothing spins.
 * - The drivers of single tasks are here, because the views of primitives need them; drivers of many tasks are in
 *   `program`.
 * - How a memory waits is a separate part (`waiting.ts`); whether a buffer is shared is stated by its creator.
 * - For many frames at once, a message to a worker and back costs 29 us, and two frames in ring buffers 4 us. So
 *   threads communicate through rings (`byte_pipe.ts`), and a message is sent only to a side that sleeps. A host that
 *   waits for several guests blocks on one doorbell.
 *
 * @module
 */

export {
  type Answer,
  type ByteOperation,
  type CallAnswer,
  calledName,
  type CallOperation,
  type Cell,
  type CellOperation,
  type CellPlace,
  type CellValue,
  type ChooseOperation,
  type CompareExchangeOperation,
  INLINE,
  InlineCall,
  isInlineCall,
  type LoadOperation,
  type ModifyOperation,
  type NotifyOperation,
  type NowOperation,
  type Operation,
  type Order,
  type ReadOperation,
  type SleepOperation,
  type WaitOperation,
  type WaitResult,
  type WriteOperation,
} from "./operation.ts";
export {
  add,
  awaited,
  call,
  type CellOptions,
  checkOperation,
  choose,
  compareExchange,
  exchange,
  load,
  type MadeSteps,
  mapped,
  markBegun,
  notify,
  now,
  read,
  setWitness,
  sleep,
  type Steps,
  stepsText,
  store,
  timeIn,
  wait,
  type Witness,
  write,
} from "./steps.ts";
export { written } from "./written.ts";
export { type ByteEntry, type ByteRange, Layout, type LayoutTable, type WordEntry } from "./layout.ts";
export { type Chooser, firstChoice, type Memory } from "./memory.ts";
export { runBlocking, throwInto } from "./blocking.ts";
export { runAsynchronous } from "./asynchronous.ts";
export { BytePipe, type BytePipeHandle, type PipeEnd } from "./byte_pipe.ts";
export { BLOCKS, COUNTED, Doorbell, type DoorbellHandle, LISTENS, URGENT } from "./doorbell.ts";
export { seededChooser } from "./choice.ts";
export type { SavedCells } from "./cells.ts";
export type { ModelMemoryOptions, ParkedTask, ReadyTask, SavedMemory } from "./model_memory.ts";
export { ModelMemory, PARKED } from "./model_memory.ts";
export { RemoteMemory, type RemoteMemoryOptions } from "./remote_memory.ts";
export { GuestControl, type GuestControlOptions, type PublishedWait } from "./guest_control.ts";
export { mayBlock, sharedWaiting, type Waited, type Waiting } from "./waiting.ts";
export { SharedMemory, type SharedMemoryHandle, type SharedMemoryOptions } from "./shared_memory.ts";
