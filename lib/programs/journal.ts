/**
 * A journal: numbers that several tasks write, in the order in which they do.
 *
 * - A line is numbered, then written, in two operations; the number, which is taken atomically, determines the order.
 */

import type { Steps } from "../memory/mod.ts";
import { cell, cells, type Shareable, type SharedArray, type SharedCell } from "../sync/mod.ts";

/** A journal, as one task sees it. */
export interface Journal {
  /** The number of lines. */
  readonly lineCount: SharedCell<"i32">;
  /** The lines. */
  readonly lines: SharedArray<"i32">;
}

/** The shared things of a journal with at most `length` lines. */
export function journal(
  length: number,
): { readonly lineCount: Shareable<SharedCell<"i32">>; readonly lines: Shareable<SharedArray<"i32">> } {
  return { lineCount: cell(), lines: cells({ length }) };
}

/** Writes the next line. */
export function* note({ lineCount, lines }: Journal, line: number): Steps<void> {
  yield* lines.at(yield* lineCount.add(1)).store(line);
}

/** All lines; complete if nobody is about to write one. */
export function* linesOf({ lineCount, lines }: Journal): Steps<number[]> {
  const count = yield* lineCount.load();
  const all: number[] = [];
  while (all.length < count) all.push(yield* lines.at(all.length).load());
  return all;
}
