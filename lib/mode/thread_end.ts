/**
 * The guest's end in a thread: two rings of shared memory, and messages for moved values.
 *
 * - A frame is in shared memory at once, so nothing is lost when the guest ends.
 * - Blocking is sliced: between two slices the event loop gets a turn, in which the guest can learn that it is to end.
 */

import { BLOCKS, BytePipe, type BytePipeHandle, Doorbell, type DoorbellHandle, LISTENS } from "../memory/mod.ts";
import { now, type OwnThread, type Transferable } from "../platform/mod.ts";
import type { FrameKind } from "./frame.ts";
import { FrameCursor } from "./frame_cursor.ts";
import { Outbox } from "./outbox.ts";
import type { GuestEnd } from "./realm.ts";

/** How long the guest blocks before the event loop gets a turn, in milliseconds. */
const SLICE = 100;
const CHUNK = 65536;

/** The messages of a host to a thread. */
export type ToThread =
  | {
    readonly kind: "start";
    readonly module: string;
    readonly requests: BytePipeHandle;
    readonly replies: BytePipeHandle;
    readonly bell: DoorbellHandle;
  }
  | { readonly kind: "bell" }
  | { readonly kind: "close" }
  | { readonly kind: "moved"; readonly value: unknown };

/** The messages of a thread to its host. */
type FromThread = { readonly kind: "bell" } | { readonly kind: "moved"; readonly value: unknown };

/** The guest's end of a thread's rings. */
export class ThreadEnd implements GuestEnd {
  readonly mode = "thread";
  readonly #thread: OwnThread;
  readonly #requests: BytePipe;
  readonly #replies: BytePipe;
  readonly #bell: Doorbell;
  readonly #cursor = new FrameCursor();
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #outbox = new Outbox();
  readonly #arrived: unknown[] = [];
  #awaited: ((value: unknown) => void) | undefined;
  #rung: (() => void) | undefined;

  /** Attaches to the rings. */
  constructor(thread: OwnThread, { requests, replies, bell }: ToThread & { readonly kind: "start" }) {
    const ring = (how: number) => how === LISTENS ? this.#thread.send({ kind: "bell" }) : this.#bell.off(how);
    this.#thread = thread;
    this.#requests = new BytePipe(requests, ring);
    this.#replies = new BytePipe(replies, ring);
    this.#bell = new Doorbell(now, bell);
  }

  poll(): FrameCursor | undefined {
    while (!this.#cursor.next()) {
      const length = this.#requests.read(this.#chunk);
      if (length === 0) return undefined;
      this.#cursor.feed(this.#chunk.subarray(0, length));
    }
    return this.#cursor;
  }

  wait(): void {
    if (this.#bell.spins(() => this.#requests.hasWork("reader"))) return;
    this.#requests.wait("reader", SLICE, BLOCKS);
  }

  rest(): Promise<void> {
    const rung = new Promise<void>((resolve) => void (this.#rung = resolve));
    if (!this.#requests.sleeps("reader", LISTENS)) this.#rung?.();
    return rung;
  }

  send(kind: FrameKind, number: number, payload?: Uint8Array): void {
    this.#outbox.add(kind, number, payload);
    while (!this.#outbox.isEmpty) {
      const count = this.#replies.write(this.#outbox.waiting);
      this.#outbox.advance(count);
      if (count === 0) this.#replies.wait("writer", SLICE, BLOCKS);
    }
  }

  takeMoved(): Promise<unknown> {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve) => void (this.#awaited = resolve));
  }

  sendMoved(value: unknown, transfer: readonly Transferable[]): void {
    this.#thread.send({ kind: "moved", value } satisfies FromThread, transfer);
  }

  exit(): void {
    this.#thread.close();
  }

  /** Handles a message from the host. */
  hear(message: ToThread): void {
    if (message.kind === "bell") this.#rung?.();
    else if (message.kind === "close") this.#thread.close();
    else if (message.kind === "moved") {
      const awaited = this.#awaited;
      this.#awaited = undefined;
      if (awaited === undefined) this.#arrived.push(message.value);
      else awaited(message.value);
    }
  }
}
