/**
 * Which words and bytes of a memory each owner has reserved.
 *
 * - Invariant: the ranges of words, and those of bytes, ascend and do not overlap.
 * - An operation belongs to an owner if all that it touches lies in one of the owner's ranges; otherwise to nobody.
 */

import type { ByteOperation, CellOperation, NotifyOperation, WaitOperation } from "../memory/mod.ts";

/** An operation that touches words or bytes. */
export type PlacedOperation = CellOperation | WaitOperation | NotifyOperation | ByteOperation;

/** What an operation touches: `count` words or bytes, starting at `first`. */
export interface Extent {
  readonly kind: "words" | "bytes";
  readonly first: number;
  readonly count: number;
}

/** Consecutive words or bytes. */
interface Range<T> {
  readonly from: number;
  readonly count: number;
  readonly owner: T;
}

/** Records which ranges of words and bytes each owner has reserved. */
export class Ownership<T> {
  readonly #ranges: Readonly<Record<Extent["kind"], Range<T>[]>> = { words: [], bytes: [] };

  /** Records the owner of a range, which lies behind all others of its kind. */
  add(kind: Extent["kind"], range: Range<T>): void {
    this.#ranges[kind].push(range);
  }

  /** The owner of everything that an operation touches, or `undefined`. */
  ownerOf(operation: PlacedOperation): T | undefined {
    const { kind, first, count } = extentOf(operation);
    const range = this.#ranges[kind].find(({ from, count }) => first >= from && first < from + count);
    return range !== undefined && first + count <= range.from + range.count ? range.owner : undefined;
  }
}

/** The words or bytes that an operation touches. */
export function extentOf(operation: PlacedOperation): Extent {
  switch (operation.kind) {
    case "read":
      return { kind: "bytes", first: operation.offset, count: operation.length };
    case "write":
      return { kind: "bytes", first: operation.offset, count: operation.bytes.length };
    case "wait":
    case "notify":
      return { kind: "words", first: operation.word, count: 1 };
    default:
      return { kind: "words", first: operation.word, count: operation.cell === "i32" ? 1 : 2 };
  }
}
