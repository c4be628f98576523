/**
 * A value ready to be sent: everything that can fail has been done, and later changes to the value have no effect.
 *
 * - Moved buffers are detached here, in every mode; that saves the copy only where values can be moved.
 * - Values are packed one behind another into slabs, so a small one costs a copy and no buffer of its own.
 */

import { withEncoded } from "../../codec/mod.ts";
import { type BytesPart, MAX_LENGTH } from "../../mode/mod.ts";
import type { Transferable } from "../../platform/mod.ts";
import { taken } from "./transfer.ts";

/** The size of a slab for small values, in bytes; a larger value has its own buffer. */
const SLAB = 1 << 14;
const SMALL = SLAB >> 3;

/** A value ready to be sent: everything that can fail has been done, and later changes to the value have no effect. */
export interface Packed extends BytesPart {
  /** What is moved along with the bytes, which refer to it by index; it can be sent only once. */
  readonly moved: readonly Transferable[] | undefined;
}

/** How a value is packed. */
export interface PackOptions {
  /** The parts of the value to move. */
  readonly transfer: readonly Transferable[];
  /** Whether they can be moved to the destination; otherwise they are copied, and detached. */
  readonly moves: boolean;
}

/** Packs arguments, one after another, into the bytes that a guest receives. */
export class Packer {
  #slab = new Uint8Array(0);
  #used = 0;

  /**
   * Packs a value.
   *
   * @throws {UncloneableError} if it cannot be cloned; nothing is then detached.
   * @throws {TypeError} if a part to move cannot be moved.
   * @throws {RangeError} if it is larger than any frame.
   */
  pack(value: unknown, { transfer, moves }: PackOptions): Packed {
    // A getter of the value may itself pack another value meanwhile.
    const part = withEncoded(value, (bytes) => this.#place(bytes), moves ? transfer : undefined);
    if (transfer.length === 0) return { ...part, moved: undefined };
    const moved = taken(transfer);
    return { ...part, moved: moves ? moved : undefined };
  }

  #place(bytes: Uint8Array): BytesPart {
    const { length } = bytes;
    if (length > MAX_LENGTH) {
      throw new RangeError(`Cannot send a value of ${length} bytes: at most ${MAX_LENGTH} are wanted`);
    }
    if (length > SMALL) return { bytes: bytes.slice(), from: 0, end: length };
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB);
      this.#used = 0;
    }
    const from = this.#used;
    this.#slab.set(bytes, from);
    this.#used += length;
    return { bytes: this.#slab, from, end: this.#used };
  }
}
