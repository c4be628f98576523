/**
 * The requests of tasks that wait for a buffer, and the answers to them, as numbers in a wait queue.
 */

/** Wants an item. */
export const TAKE = 1;
/** Wants to see an item. */
export const FETCH = 2;
/** Wants all items to be done. */
export const JOIN = 3;
const SELECT_TAKE = 4;
const FIRST_SIZE = 8;

/** An answer above 0 is the handle of the claimed item; this one means that the staged item has been accepted. */
export const ACCEPTED = -1;
/** The buffer is closed. */
export const CLOSED = -2;
/** Trying again may succeed. */
export const RETRY = -3;
/** Results of attempts only: there is no room and no wait for it; it is worth spinning before a wait. */
export const FULL = -4;
export const LOOK = -5;

/** Wants an item; `selecting` if it also waits in other buffers. */
export function taking(selecting: boolean): number {
  return selecting ? SELECT_TAKE : TAKE;
}

/** Wants its staged item accepted. */
export function staging(handle: number, selecting: boolean): number {
  return -(2 * handle + Number(selecting));
}

/** Wants room for an item of `length` bytes. */
export function starving(length: number, selecting: boolean): number {
  return FIRST_SIZE + 2 * length + Number(selecting);
}

/** The handle of the staged item, or 0. */
export function stagedOf(request: number): number {
  return request < 0 ? -request >> 1 : 0;
}

/** Whether it wants room. */
export function isStarving(request: number): boolean {
  return request >= FIRST_SIZE;
}

/** The length of the item that wants room. */
export function sizeOf(request: number): number {
  return (request - FIRST_SIZE) >> 1;
}

/** Whether its waiter waits in several buffers. */
export function isSelecting(request: number): boolean {
  return request < 0 || request >= FIRST_SIZE ? (request & 1) !== 0 : request === SELECT_TAKE;
}
