/**
 * The seam: how a guest is started, and how bytes reach it. What guests are used for is written once, above it.
 *
 * - A mode starts guests. A realm is one guest as its host sees it: frames out, frames in, its life. A guest's end is the
 *   other side of it, in the guest.
 * - A realm tells its listener everything that the guest said before it tells its end, and its end once. It throws nothing
 *   of what a guest did: what is no frame is told as an end with a `ProtocolError`.
 * - Whatever may fail fails before a frame is added to the outbox.
 */

import type {
  FarPlace,
  GuestOptions,
  GuestPermissions,
  GuestSetup,
  ProcessSignal,
  Transferable,
} from "../platform/mod.ts";
import type { FrameKind } from "./frame.ts";
import type { FrameCursor } from "./frame_cursor.ts";
import type { Outbox } from "./outbox.ts";

export type { GuestOptions, GuestPermissions, GuestSetup };

/** A way of running guests. */
export interface Mode {
  /** Its name. */
  readonly name: string;
  /** What this realm lacks for it, if anything: a clause that ends with what is wanted. */
  readonly lacks?: string | undefined;
  /** How guests reach the memory of a host: they attach to it, ask for each operation, or are in the caller with it. */
  readonly memory: "model" | "shared" | "asked";
  /** How the tasks of a program reach their memory, in reports. */
  readonly transport: string;
  /** Whether values can be moved to its guests; elsewhere they are copied, and detached where they were. */
  readonly moves: boolean;
  /**
   * Starts a guest.
   *
   * @throws {TypeError} if it cannot start one like that, at once.
   */
  start(setup: GuestSetup): Realm;
  /** Kills whatever would outlive this process; waits for nothing. */
  kill(): void;
  /** Lets go of what the mode itself holds, when all of its guests have ended. */
  close?(): Promise<void>;
  /** Says how many guests are at work: waits look at their words before they sleep only where each has a core. */
  spin?(guests: number): void;
  /** Waits, without the event loop, until all of these realms have something to tell, or until the deadline. */
  block?(realms: readonly Realm[], deadline: number): void;
  /** Whether a guest whose module could not be loaded for that reason can be loaded by another one; sees to it. */
  mend?(setup: GuestSetup, reason: string): Promise<boolean>;
}

/** Who listens to a realm. */
export interface RealmListener {
  /** Told each frame, valid until it returns. */
  frame(frame: FrameCursor): void;
  /** Told a value that came beside the frames, in its place among them: the cursor stands on its `moved` frame. */
  moved(value: unknown, frame: FrameCursor): void;
  /** Told when nothing more is there for the moment. */
  settled(): void;
  /** Told when all that was flushed has been handed over. */
  written(): void;
  /** Told once, when all that the guest said has been told. */
  ended(error: Error): void;
}

/** One guest, as its host sees it. */
export interface Realm {
  /** The name of its mode. */
  readonly mode: string;
  /** Whether it has not ended. */
  readonly alive: boolean;
  /** Resolves when it has been started, or will never be; absent where that takes no time. */
  readonly started?: Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Whether it can be ended while it is busy, and nobody suffers. */
  readonly killable: boolean;
  /** Where it runs, if that is another host; known when it has begun a job. */
  readonly place?: FarPlace | undefined;
  /** The name in errors: that of the present job. */
  name: string;
  /** Frames out, many at once. */
  readonly outbox: Outbox;
  /** How many messages were handed over. */
  readonly messages: number;
  /** Whether something that was flushed is still on its way. */
  readonly busy: boolean;
  /** Hands over what is in the outbox. */
  flush(): void;
  /** Says who listens. */
  listen(listener: RealmListener): void;
  /** Tells what is there now. */
  poll?(): void;
  /** Says whether the host looks by itself, by `poll` and the mode's `block`: then nobody rings. */
  looks?(itself: boolean): void;
  /** Sends a value beside the frames; a `moved` frame says when it is its turn. Throws where it cannot be cloned. */
  move?(value: unknown, transfer: readonly Transferable[]): void;
  /** Asks it to end; resolves when it has ended, which one that is busy and cannot be killed does when it is through. */
  close(): Promise<void>;
  /** Gives it up: ends it at once where that can be done. Its listener is told the error as its end. */
  fail(error: Error): void;
  /** Sends a signal, or whatever comes closest. */
  signal(signal: ProcessSignal): void;
  /** Ends one that is stuck, in the middle of whatever it does to memory that it shares: when nobody else uses that any more. */
  readonly kill?: (() => void) | undefined;
}

/** The guest's side of a realm. */
export interface GuestEnd {
  /** The name of its mode. */
  readonly mode: string;
  /** The next frame, if it is there, valid until anything else is called. */
  poll(): FrameCursor | undefined;
  /** Blocks until there may be one; for a slice at most, where the event loop must have a turn. Absent in the caller's realm. */
  wait?(): void;
  /** Leaves the event loop free until there may be one, where that can be done. */
  rest?(): Promise<void>;
  /** Sends a frame at once. */
  send(kind: FrameKind, number: number, payload?: Uint8Array): void;
  /** The next value that came beside the frames. */
  takeMoved?(): Promise<unknown>;
  /** Sends a value beside the frames. Throws where it cannot be cloned. */
  sendMoved?(value: unknown, transfer: readonly Transferable[]): void;
  /** Ends the guest. */
  exit(code: number): void;
}

/** The module of the built-in systems, which no file holds. */
export const BLOCKS = "holdfast:blocks";
/** The number of what is about no request. */
export const CONTROL = 0;
