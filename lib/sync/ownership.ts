/**
 * Whose words and bytes: what each owner has reserved in a memory.
 *
 * - Invariant: the ranges of words, and those of bytes, ascend and do not overlap.
 * - An operation is one owner's where all that it touches lies in one of the owner's ranges; else it is nobody's.
 */

import type { ByteOperation, CellOperation, NotifyOperation, WaitOperation } from "../memory/mod.ts";

/** An operation that touches words or bytes. */
export type PlacedOperation = CellOperation | WaitOperation | NotifyOperation | ByteOperation;

/** What an operation touches: so many words or bytes from the first on. */
export interface Extent {
  readonly kind: "words" | "bytes";
  readonly first: number;
  readonly count: number;
}

/** A row of words or bytes. */
interface Range<T> {
  readonly from: number;
  readonly count: number;
  readonly owner: T;
}

export class Ownership<T> {
  readonly #ranges: Readonly<Record<Extent["kind"], Range<T>[]>> = { words: [], bytes: [] };

  /** Notes whose a range is, which lies behind all others of its kind. */
  add(kind: Extent["kind"], range: Range<T>): void {
    this.#ranges[kind].push(range);
  }

  /** The owner of all that an operation touches, or undefined. */
  ownerOf(operation: PlacedOperation): T | undefined {
    const { kind, first, count } = extentOf(operation);
    const range = this.#ranges[kind].find(({ from, count }) => first >= from && first < from + count);
    return range !== undefined && first + count <= range.from + range.count ? range.owner : undefined;
  }
}

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
