/**
 * The part of this layer that guests need, and no more: a guest loads only what its use needs.
 */

export { FrameCursor } from "./frame_cursor.ts";
export { following, type FrameKind, LAST_NUMBER } from "./frame.ts";
export { Outbox } from "./outbox.ts";
export { ProcessEnd } from "./process_end.ts";
export { ThreadEnd, type ToThread } from "./thread_end.ts";
export { BLOCKS_MODULE, CONTROL, type GuestEnd } from "./realm.ts";
