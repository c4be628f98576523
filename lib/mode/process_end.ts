/**
 * The guest's end of two byte streams, stdin and stdout, read and written synchronously.
 *
 * - A frame is written at once, so nothing is lost when the guest ends.
 * - When stdin ends, the host has ended or wants the guest to: the guest exits. It also exits if nobody reads its
 *   answers.
 */

import type { OwnStreams } from "../platform/mod.ts";
import type { FrameKind } from "./frame.ts";
import { FrameCursor } from "./frame_cursor.ts";
import { Outbox } from "./outbox.ts";
import type { GuestEnd } from "./realm.ts";

/** More than any pipe holds, so that one read empties it. */
const CHUNK = 1 << 20;

/** The guest's end of stdin and stdout. */
export class ProcessEnd implements GuestEnd {
  readonly mode: string;
  readonly #streams: OwnStreams;
  readonly #exit: (code: number) => void;
  readonly #cursor = new FrameCursor();
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #outbox = new Outbox();

  /** Takes the streams, and a function that ends the guest. */
  constructor(streams: OwnStreams, { mode, exit }: { readonly mode: string; readonly exit: (code: number) => void }) {
    this.mode = mode;
    this.#streams = streams;
    this.#exit = exit;
  }

  poll(): FrameCursor | undefined {
    return this.#cursor.next() ? this.#cursor : undefined;
  }

  wait(): void {
    const length = this.#streams.read(this.#chunk);
    if (length === null) this.#exit(0);
    else this.#cursor.feed(this.#chunk.subarray(0, length));
  }

  send(kind: FrameKind, number: number, payload?: Uint8Array): void {
    this.#outbox.add(kind, number, payload);
    try {
      while (!this.#outbox.isEmpty) this.#outbox.advance(this.#streams.write(this.#outbox.waiting));
    } catch {
      this.#exit(1);
    }
  }

  exit(code: number): void {
    this.#exit(code);
  }
}
