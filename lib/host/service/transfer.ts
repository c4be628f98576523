/**
 * Values that a function moves to its caller instead of copying them.
 *
 * - A moved buffer is detached at its source in every mode; only threads save the copy.
 *
 * @example
 * ```ts
 * import { isMoved, move } from "./transfer.ts";
 *
 * const numbers = new Float64Array(4);
 * const moved = move(numbers, [numbers.buffer]); // what a function returns
 * if (!isMoved(moved) || moved.value !== numbers) throw new Error("expected the value, and the part to move");
 * ```
 */

import { errorText } from "../../errors.ts";
import type { Transferable } from "../../platform/mod.ts";

/** The mark of moved values, the same for all copies of the library. */
export const MOVED: unique symbol = Symbol.for("holdfast moved") as never;

/** A value, and the parts of it to move. */
export interface Moved<T = unknown> {
  /** Distinguishes it from other values. */
  readonly [MOVED]: true;
  /** The value. */
  readonly value: T;
  /** The parts to move. */
  readonly transfer: readonly Transferable[];
}

/** Marks a function's result as moved to its caller: the buffers in `transfer` are detached. */
export function move<T>(value: T, transfer: readonly Transferable[]): Moved<T> {
  return { [MOVED]: true, value, transfer };
}

/** Whether a value is marked as moved. */
export function isMoved(value: unknown): value is Moved {
  return typeof value === "object" && value !== null && MOVED in value;
}

/**
 * Takes the parts to move away from their owner.
 *
 * @throws {TypeError} if a part cannot be moved.
 */
export function taken(transfer: readonly Transferable[]): readonly Transferable[] {
  try {
    return structuredClone(transfer, { transfer: [...transfer] });
  } catch (cause) {
    throw new TypeError(
      `Cannot move: a part of transfer cannot be moved (${errorText(cause)}), ` +
        `buffers that can be detached and ports are wanted`,
      { cause },
    );
  }
}

/** Detaches buffers that were copied, as if they had been moved; one that cannot be detached stays as it is. */
export function detach(transfer: readonly Transferable[]): void {
  for (const part of new Set(transfer)) {
    try {
      if (part instanceof ArrayBuffer && !part.detached) part.transfer();
    } catch {
      // It belongs to WebAssembly.
    }
  }
}
