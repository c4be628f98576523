/**
 * A guest's end whose frames come in batches: each wait delivers the next batch, which may be empty.
 *
 * @module
 */

import { FrameCursor, type FrameKind, type GuestEnd } from "../../lib/mode/guest.ts";
import { bytesOf, type Frame } from "./frames.ts";

/** Frames that arrive together. */
export type Batch = readonly (Pick<Frame, "kind"> & Partial<Frame>)[];

/** A guest's end that delivers prepared frames. */
export class FakeEnd implements GuestEnd {
  readonly mode = "fake";
  /** What the guest has sent. */
  readonly sent: { readonly kind: FrameKind; readonly number: number; readonly payload: Uint8Array }[] = [];
  /** How it has waited. */
  readonly waits: ("blocked" | "rested")[] = [];
  /** Waits and leaves the event loop free; absent if that is not possible. */
  readonly rest?: () => Promise<void>;
  readonly #batches: Batch[];
  readonly #cursor = new FrameCursor();

  constructor(batches: readonly Batch[], { rests = false }: { readonly rests?: boolean } = {}) {
    this.#batches = [...batches];
    if (rests) this.rest = () => Promise.resolve(this.#next("rested"));
  }

  poll(): FrameCursor | undefined {
    return this.#cursor.next() ? this.#cursor : undefined;
  }

  wait(): void {
    this.#next("blocked");
  }

  send(kind: FrameKind, number: number, payload: Uint8Array = new Uint8Array(0)): void {
    this.sent.push({ kind, number, payload: payload.slice() });
  }

  exit(code: number): never {
    throw new Error(`it exits with code ${code}`);
  }

  #next(how: "blocked" | "rested"): void {
    this.waits.push(how);
    const batch = this.#batches.shift();
    if (batch === undefined) throw new Error("nothing can come any more, nobody waits then");
    this.#cursor.feed(bytesOf(batch));
  }
}
