/**
 * The contract between hosts and guests: how a guest is started, and how bytes reach it. The uses of guests are written
 * once, in the layer above.
 *
 * - A mode starts guests. A realm is one guest as its host sees it: outgoing frames, incoming frames, its life. A
 *   guest's end is the other side of the connection, in the guest.
 * - A realm delivers everything that the guest said before it reports the guest's end, which it reports once. It never
 *   throws because of what a guest did: bytes that are not frames are reported as an end with a `ProtocolError`.
 * - Everything that can fail fails before a frame is added to the outbox.
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
  /** What this realm lacks to run it, if anything: a clause that ends with what is wanted. */
  readonly lacks?: string | undefined;
  /**
   * How guests access a host's memory: they are in the caller's realm with it, attach to it, or request each operation.
   */
  readonly memory: "model" | "shared" | "asked";
  /** How the tasks of a program reach their memory, for reports. */
  readonly transport: string;
  /** Whether values can be moved to its guests; otherwise they are copied, and detached at the sender. */
  readonly moves: boolean;
  /**
   * Starts a guest.
   *
   * @throws {TypeError} at once, if it cannot start such a guest.
   */
  start(setup: GuestSetup): Realm;
  /** Kills everything that would outlive this process, without waiting. */
  kill(): void;
  /** Releases the mode's own resources, once all its guests have ended. */
  close?(): Promise<void>;
  /** Tells how many guests are working: waits spin before they sleep only if each guest has its own core. */
  spin?(guests: number): void;
  /** Blocks the event loop until all these realms have something to report, or until the deadline. */
  block?(realms: readonly Realm[], deadline: number): void;
  /** Tries to repair what kept a guest from loading its module; returns whether another guest can now load it. */
  repair?(setup: GuestSetup, reason: string): Promise<boolean>;
}

/** The listener of a realm. */
export interface RealmListener {
  /** Receives each frame, which is valid until this returns. */
  frame(frame: FrameCursor): void;
  /**
   * Receives a value that came separately from the frames, in its order among them: the cursor is at its `moved` frame.
   */
  moved(value: unknown, frame: FrameCursor): void;
  /** Called when there is nothing more to deliver for the moment. */
  settled(): void;
  /** Called when everything flushed has been handed over. */
  written(): void;
  /** Called once, after everything that the guest said has been delivered. */
  ended(error: Error): void;
}

/** One guest, as its host sees it. */
export interface Realm {
  /** The name of its mode. */
  readonly mode: string;
  /** Whether it has not ended. */
  readonly alive: boolean;
  /** Resolves when it has been started or has failed to start; absent if starting takes no time. */
  readonly started?: Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Whether it can be ended while it is busy, without harm to others. */
  readonly killable: boolean;
  /** Where it runs, if on another host; known once it has begun a job. */
  readonly place?: FarPlace | undefined;
  /** Its name in errors, which is that of the current job. */
  name: string;
  /** Outgoing frames, sent many at once. */
  readonly outbox: Outbox;
  /** How many messages have been handed over. */
  readonly messages: number;
  /** Whether anything flushed is still on its way. */
  readonly busy: boolean;
  /** Sends the contents of the outbox. */
  flush(): void;
  /** Sets the listener. */
  listen(listener: RealmListener): void;
  /** Delivers what is there now. */
  poll?(): void;
  /** Sets whether the host polls by itself, with `poll` and the mode's `block`, so that no bell is needed. */
  looks?(itself: boolean): void;
  /** Sends a value separately from the frames; a `moved` frame marks its position. Throws if it cannot be cloned. */
  move?(value: unknown, transfer: readonly Transferable[]): void;
  /** Asks it to end; resolves when it has ended. A busy guest that cannot be killed ends when its work is done. */
  close(): Promise<void>;
  /** Gives it up with an error, which its listener receives as its end; ends it at once if possible. */
  fail(error: Error): void;
  /** Sends a signal, or the closest equivalent. */
  signal(signal: ProcessSignal): void;
  /**
   * Ends a stuck guest, even in the middle of a change to shared memory: only for use when nobody else uses that memory
   * anymore.
   */
  readonly kill?: (() => void) | undefined;
}

/** The guest's side of a realm. */
export interface GuestEnd {
  /** The name of its mode. */
  readonly mode: string;
  /** The next frame if there is one; valid until any other call. */
  poll(): FrameCursor | undefined;
  /**
   * Blocks until there may be a frame, for a limited time if the event loop must run in between. Absent in the caller's
   * realm.
   */
  wait?(): void;
  /** Waits until there may be a frame and leaves the event loop free, if that is possible. */
  rest?(): Promise<void>;
  /** Sends a frame at once. */
  send(kind: FrameKind, number: number, payload?: Uint8Array): void;
  /** The next value that came separately from the frames. */
  takeMoved?(): Promise<unknown>;
  /** Sends a value separately from the frames. Throws if it cannot be cloned. */
  sendMoved?(value: unknown, transfer: readonly Transferable[]): void;
  /** Ends the guest. */
  exit(code: number): void;
}

/** The module of the built-in systems, which is not in a file. */
export const BLOCKS_MODULE = "holdfast:blocks";
/** The number of frames that do not concern a request. */
export const CONTROL = 0;
